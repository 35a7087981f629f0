"""A parked value that DO UPDATE makes of other columns is the same in its table as in the column that it was made of.

On its way it is a text in a setting, under whatever the session says of how values are written.
"""

from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tests.shield.planned import RULES, Start, through

VALUES = {
    "text": ("''", "NULL", "' a '", "'='"),
    "char(5)": ("'a'", "''"),
    "varchar(5)": ("'a   '",),
    "numeric(6,2)": ("1.5", "'NaN'"),
    "float8": ("0.1 + 0.2::float8", "'-Infinity'", "1e-300"),
    "real": ("1.0::real / 3",),
    "bool": ("false",),
    "date": ("'2024-02-03'", "'0044-03-15 BC'", "'infinity'"),
    "timestamp": ("'2024-02-03 04:05:06.789012'",),
    "timestamptz": ("'2024-11-03 01:30:00 EDT'", "'2024-11-03 01:30:00 EST'", "'1800-01-01 00:00 UTC'", "'-infinity'"),
    "timestamptz[]": ("ARRAY['2024-11-03 01:30:00 EDT'::timestamptz, NULL]",),
    "interval": ("'-1 year 2 days -3:04:05.6'",),
    "text[]": ("ARRAY[NULL, 'NULL', '', 'a,b', '{\"']", "'{}'", "'[0:1]={a,b}'"),
    "jsonb": ("'{\"a\": [1.50, null]}'", "'null'"),
    "bytea": ("'\\x00ff'",),
    "public.mood": ("'so so'",),
    "public.pair": ("ROW(0.1::float8 + 0.2, NULL)",),
}
ODD = ("timestamptz[]", "float8", "real", "public.mood", "public.pair", "interval")
SETTINGS = (
    (),
    ("DateStyle = 'SQL, DMY'", "TimeZone = 'America/New_York'", "bytea_output = 'escape'", "extra_float_digits = 3"),
    ("DateStyle = 'German'", "TimeZone = 'Asia/Kolkata'", "extra_float_digits = 0", "IntervalStyle = sql_standard"),
)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A plan for each type, on a table of its own."""
    found = []
    for number, kind in enumerate(VALUES):
        text = f'id = "p{number}"\npurpose = "x"\ntable = "public.t{number}"\n[add]\ncolumn = "c"\ntype = "{kind}"\n'
        path = tmp_path / f"p{number}.toml"
        path.write_text(f'{text}[shield]\nabsent_writes = "park"\n{RULES}')
        found += ["--plan", str(path)]
    return found


def test_handed_on(database: str, lintel: Start, files: list[str]) -> None:
    """Under settings that would not write it in full it is not handed on at all (22P02), or is the same."""
    with ExitStack() as stack:
        direct = stack.enter_context(psycopg.connect(database, autocommit=True))
        direct.execute("CREATE TYPE mood AS ENUM ('so so'); CREATE TYPE pair AS (x float8, y text)")
        for number, kind in enumerate(VALUES):
            direct.execute(f"CREATE TABLE t{number} (id int PRIMARY KEY, v {kind}, note text)")
        proxy = lintel(database, *files)
        for settings in SETTINGS:
            client = stack.enter_context(through(proxy, database))
            for setting in settings:
                client.execute(f"SET {setting}")
            for number, (kind, values) in enumerate(VALUES.items()):
                direct.execute(f"DELETE FROM t{number}")
                for key, value in enumerate(values):
                    direct.execute(f"INSERT INTO t{number} VALUES ({key}, {value})")
                sql = f"INSERT INTO t{number} AS o SELECT id FROM t{number} ON CONFLICT (id) DO UPDATE SET c = o.v"
                if settings and kind in ODD:
                    with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="extra_float_digits"):
                        client.execute(sql)
                    continue
                assert client.execute(sql).rowcount == len(values)
                query = f"SELECT v::text, c::text FROM t{number} WHERE v::text IS DISTINCT FROM c::text"
                assert client.execute(query).fetchall() == [], (kind, settings)
