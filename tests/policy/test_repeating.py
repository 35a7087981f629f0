"""Texts of a shape whose edits touch literals share a decision too: each with its own literals, and with no other's."""

import re
from itertools import cycle
from pathlib import Path

import pytest
from tests.policy.test_long_texts import ADD, DISCARD, SCHEMA, policy, told
from tests.shield.case import everything
from tests.shield.world import PLANS, script

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.policy import Context, ContextKey, Policy
from lintel.policy.deciding import decide
from lintel.sql.shape import shape_of

RETYPE = ADD.replace("add]", 'retype]\nfrom = "smallint"').replace('default = "0"', 'using = "prio"')
RETYPE = (
    RETYPE.replace('"smallint"\nusing', '"bigint"\nusing')
    + '[[shield.clients]]\nmatch = { user = "*" }\nsees = "old"\n'
)


def inserted(number: int, start: int) -> str:
    rows = (f"({start + n}, 'n{start + n}', {start * n})" for n in range(number))
    return f"INSERT INTO o (id, name, prio) VALUES {', '.join(rows)} RETURNING id"


def one(body: str, *, there: bool) -> tuple[Context, Policy, ContextKey]:
    made = policy(body, there=there)
    key = ContextKey(sides=(("p", "new" if body is DISCARD else "old"),))
    return made.context(key), made, key


@pytest.mark.parametrize("number", [1, 2, 7, 200])
@pytest.mark.parametrize(("body", "there"), [(DISCARD, False), (RETYPE, True)])
def test_decided_once(body: str, there: bool, number: int) -> None:
    """What shares a decision is recorded as one statement."""
    deciding, _, _ = one(body, there=there)
    statements = [deciding.decide(inserted(number, start).encode()).statement for start in range(1, 20)]
    assert len({id(statement) for statement in statements}) == 1


def test_known_at_a_glance_when_the_thread_has_found_it() -> None:
    deciding, _, _ = one(DISCARD, there=False)
    for start in (1, 1000):
        assert not deciding.known(inserted(200, start).encode())
        aside = deciding.aside()
        aside.decide(inserted(200, start).encode())
        deciding.learn(aside)
    assert deciding.known(inserted(200, 2000).encode())


@pytest.mark.parametrize(
    "texts",
    [
        [inserted(1, 10), inserted(1, 2000), inserted(1, 300)],
        [inserted(30, 10), inserted(30, 2000), inserted(30, 300), inserted(31, 10), inserted(31, 77)],
        ["UPDATE o SET prio = 1 WHERE id = 5", "UPDATE o SET prio = 32 WHERE id = 77", "UPDATE o SET prio = 4"],
        [
            "UPDATE o SET name = 'a', prio = 1",
            "UPDATE o SET name = 'it''s', prio = 22",
            "UPDATE o SET name = '', prio = 3",
        ],
        [f"INSERT INTO o (prio, id) VALUES ({value}, 1)" for value in ("'7'", "'x'", "'it''s'", "''", "''''", "'\\'")],
        [f"INSERT INTO o (prio, id) VALUES ({value}, 1)" for value in ("1.5", "3000000000", "1e10", "0x1FFFFFFFF")],
        [f"INSERT INTO o (prio, id) VALUES (-{value}, 1)" for value in ("1", "32768", "2147483647", "2147483648")],
        [f"INSERT INTO o (id, prio) VALUES (1, {value})" for value in ("NULL", "NULL", "DEFAULT", "true", "$1")],
        [f"INSERT INTO o (prio, id) VALUES (E'{value}', 1)" for value in ("7", r"\'", r"\\", "7\\n")],
        [f"INSERT INTO o (prio, id) VALUES (U&'{value}' UESCAPE '!', 1)" for value in ("7", "!0037", "!!")],
        [f"INSERT INTO o (prio, id) VALUES ({value}, 1)" for value in ("$$7$$", "$a$it's$a$", "'a'\n'b'", "'7'")],
        [f"INSERT INTO o (prio, id) VALUES (7 /* {value} */, 1)" for value in ("a", "7, 8", "it's")],
        [f"INSERT INTO o (id, prio) VALUES (1, '731{value:06}')" for value in range(4)],
        [f"INSERT INTO o (id, prio) VALUES (1, ({value} + id))" for value in range(4)],
        [f"INSERT INTO o (id, prio) VALUES ({n}, {n}), ({n}, 7), (0, 7), (1, {n})" for n in range(5, 9)],
        [
            f"INSERT INTO o (prio, id) VALUES ('{n}', 0), (NULL, 0), ('7{n}', 0), ({n}, 1), (7{n}, 2)"
            for n in range(5, 9)
        ],
        [f"WITH x AS (SELECT {n}) INSERT INTO o (id, prio) VALUES ({n}, {n}{n}::int2)" for n in range(1, 5)],
    ],
)
def test_as_decided_by_itself(texts: list[str]) -> None:
    for body, there in ((DISCARD, False), (RETYPE, True)):
        deciding, made, key = one(body, there=there)
        for text in texts:
            by_itself = decide(made.moment, key, text.encode()).decision
            assert told(deciding.decide(text.encode()), text) == told(by_itself, text)


def test_every_case_with_other_literals() -> None:
    """The shield's cases: what is served of them with other literals is what is served of these by themselves."""
    plans = tuple(plan.load(Path(file)) for file in PLANS)
    worlds = [script("schema"), script("schema") + script("change")]
    policies = [Policy(schema_of(text.encode()), plans) for text in worlds]
    shared = 0
    for case, made in zip(everything(), cycle(policies), strict=False):
        key = ContextKey(sides=tuple((one.id, case.side) for one in plans))
        deciding = made.context(key)
        for text in (others(step.sql, turn) for step in case.steps for turn in range(4)):
            by_itself = decide(made.moment, key, text.encode()).decision
            assert told(deciding.decide(text.encode()), text) == told(by_itself, text), case.name
        shared += len(deciding._kept.repeating.all())
    assert shared > 20


def others(text: str, turn: int) -> str:
    """With literals of another value and length, none of which is there twice."""
    sql = text.encode()
    at, pieces = 0, []
    for number, (start, end) in enumerate(shape_of(sql).spans):
        literal = sql[start:end].decode()
        new = literal
        if turn and re.fullmatch("'[a-z]+'", literal):
            new = f"'{'n' * turn}{number}'"
        elif turn and re.fullmatch(r"[1-9][0-9]*", literal):
            new = str(int(literal) + 10**turn + number)
        pieces += [sql[at:start], new.encode()]
        at = end
    return b"".join([*pieces, sql[at:]]).decode()


def test_a_literal_that_says_whether_a_row_is_only_looked_at() -> None:
    """Beside an empty array it is, beside another one the row has to be of the table's own type."""
    deciding, _, _ = one(ADD, there=False)
    for array, verdict in (("{}", "rewrite"), ('{"(1,a)"}', "refuse"), ("{}", "rewrite")):
        for values in (f"array_agg(o), '{array}'", f"'{array}', array_agg(o)"):
            text = f"SELECT array_to_json(COALESCE({values})) FROM o"
            assert deciding.decide(text.encode()).statement.verdict == verdict


def test_where_backslashes_may_escape_a_shape_says_nothing() -> None:
    """Nobody knows there where a string ends (manual 4.1.2.1): the same bytes are one statement, or two."""
    made = Policy(schema_of(SCHEMA % b""), (plan.parse(ADD, "p.toml"),))
    deciding = made.context(ContextKey(sides=(("p", "old"),), standard_strings=False))
    plain = "SELECT id FROM p WHERE name = '' AND name <> ''"
    tricky = r"SELECT id FROM p WHERE name = '\' AND name <> '; INSERT INTO o VALUES (1, 2) --'"
    assert shape_of(plain.encode()).key == shape_of(tricky.encode()).key
    assert deciding.decide(plain.encode()).statement.verdict == "allow"
    assert deciding.decide(tricky.encode()).statement.verdict == "refuse"


def test_what_is_analysed_late_is_so_in_every_text_of_its_shape() -> None:
    """The table is looked at ahead of its Bind, where a plan of a rename makes it loud."""
    renamed = plan.parse('id = "p"\ntable = "public.o"\n[rename]\ncolumn = "total"\nto = "amount"\n', "p.toml")
    schema = schema_of(b"CREATE TABLE o (id integer, amount integer)")
    context = Policy(schema, (renamed,)).context(ContextKey(sides=(("p", "old"),)))
    found = [context.decide(b"COPY (UPDATE o SET total = %d RETURNING id) TO STDOUT" % n) for n in range(3)]
    assert [decision.text for decision in found] == [
        b"COPY (UPDATE o SET amount = %d RETURNING id) TO STDOUT" % n for n in range(3)
    ]
    assert all(decision.probes and decision.late for decision in found)
