"""Check 26: texts whose bytes may not mean what the grammar reads are refused, or answered as they should be.

In SJIS, GBK and their like the second byte of a character may be a backslash, a quote's neighbour or a letter; with
standard_conforming_strings off a backslash escapes. Who was built for the old table sees three columns or an error.
"""

import psycopg
import pytest
from tests.shield.planned import Client, Planning

pytestmark = pytest.mark.check(26)
CHANGE = '[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"\n'
TABLE = "CREATE TABLE o (id int, name text, prio smallint DEFAULT 7); INSERT INTO o VALUES (1, 'x')"
# The second byte of the first is a backslash in SJIS, of the second in Big5, of the others in GBK and GB18030.
ENCODINGS = {"SJIS": "表", "BIG5": "功", "GBK": "誠", "GB18030": "誠", "EUC_JP": "表", "LATIN1": "é"}
SERVED = ("EUC_JP", "LATIN1")
TEXTS = (
    "SELECT * FROM o WHERE name = '{c}' OR id = 2",
    "SELECT * FROM o WHERE name = E'{c}' OR id = 2",
    "SELECT '{c}' AS a, o.* FROM o",
    "SELECT /* {c} */ * FROM o -- {c}",
    "WITH c AS (SELECT ' {c}', * FROM o) TABLE c",
    "INSERT INTO o VALUES (3, '{c}') RETURNING *",
)


BACKSLASHES = (r"SELECT E'\'' || '\', * FROM o --'", r"SELECT '\' AS a, '', * FROM o", "TABLE o")


def columns(client: Client, text: str) -> list[str] | None:
    """What an answer is made of; None where it was refused, or is no statement."""
    try:
        return [column.name for column in client.execute(text).description or ()]
    except (psycopg.errors.SyntaxError, psycopg.errors.InsufficientPrivilege):
        return None


def test_never_a_row_with_the_new_column(planned: Planning) -> None:
    """What concerns no plan passes as it is, and is counted as not understood."""
    front = planned(CHANGE, TABLE)
    for number, (encoding, character) in enumerate(ENCODINGS.items(), 1):
        client = front.connect("old", client_encoding=encoding)
        for text in TEXTS:
            found = columns(client, text.format(c=character))
            assert "prio" not in (found or ()), (encoding, text)
            assert found or encoding not in SERVED, (encoding, text)
        front.direct.execute("DELETE FROM o WHERE id = 3")  # what cannot be told in the next encoding
        assert columns(client, "SELECT * FROM o") == ["id", "name"]
        assert client.execute(f"SELECT '{character}'").fetchone() == (character,)
        assert front.counted('lintel_statements_total{verdict="opaque"}') >= min(number, len(ENCODINGS) - len(SERVED))
    client = front.connect("old")
    for text in BACKSLASHES:
        client.execute("SET standard_conforming_strings = off")
        assert "prio" not in (columns(client, text) or ()), text
        client.execute("SET standard_conforming_strings = on")
        assert columns(client, r"SELECT '\' AS a, * FROM o") == ["a", "id", "name"]
