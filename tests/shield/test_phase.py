"""How far a plan's change has come, as a snapshot shows it."""

import pytest

from lintel.analysis.ddl import schema_of
from lintel.plan import parse
from lintel.shield.departure import departure
from lintel.shield.phase import phase

CHANGES = {
    "add": '[add]\ncolumn = "c"\ntype = "int"\n',
    "drop": '[drop]\ncolumn = "c"\n',
    "rename": '[rename]\ncolumn = "c"\nto = "d"\n',
    "retype": '[retype]\ncolumn = "c"\ntype = "bigint"\nfrom = "int"\n',
}
PARKING = "; CREATE SCHEMA lintel; CREATE TABLE lintel.parking_p ({} int)"


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        ("add", "id int", "announced"),
        ("add", "id int, c int", "present"),
        ("drop", "id int, c int", "announced"),
        ("drop", "id int", "present"),
        ("rename", "c int", "announced"),
        ("rename", "d int", "present"),
        ("rename", "c int, d int", "amiss"),
        ("rename", "id int", "amiss"),
        ("retype", "c int", "announced"),
        ("retype", "c bigint", "present"),
        ("retype", "c text", "amiss"),
    ],
)
def test_each_kind(kind: str, columns: str, expected: str) -> None:
    plan = parse(f'id = "p"\ntable = "public.o"\n{CHANGES[kind]}', "p")
    assert phase(plan, schema_of(f"CREATE TABLE o ({columns})".encode())) == expected


@pytest.mark.parametrize(("marker", "expected"), [("lintel_marker", "landing"), ("lintel_landed_7", "present")])
def test_values_land_while_their_marker_says_so(marker: str, expected: str) -> None:
    plan = parse(f'id = "p"\ntable = "public.o"\n{CHANGES["add"]}[shield]\nabsent_writes = "park"\n', "p")
    ddl = f"CREATE TABLE o (id int PRIMARY KEY{{}}){PARKING.format(marker)}"
    assert phase(plan, schema_of(ddl.format(", c int").encode())) == expected
    assert phase(plan, schema_of(ddl.format("").encode())) == "announced"


def test_without_a_table_or_after_the_release() -> None:
    text = f'id = "p"\ntable = "public.o"\n{CHANGES["add"]}'
    assert phase(parse(text, "p"), None) == "unknown"
    assert phase(parse(text, "p"), schema_of(b"CREATE TABLE other (id int)")) == "unknown"
    assert phase(parse(f"released = true\n{text}", "p"), schema_of(b"CREATE TABLE o (id int)")) == "released"


@pytest.mark.parametrize(
    ("change", "columns", "expected"),
    [
        ('[add]\ncolumn = "c"\ntype = "smallint"\ndefault = "-5"', "id int, c smallint DEFAULT -5", None),
        ('[add]\ncolumn = "c"\ntype = "smallint"\ndefault = "-5"', "id int, c smallint DEFAULT '-5'::smallint", None),
        ('[add]\ncolumn = "c"\ntype = "smallint"\ndefault = "NULL"', "id int, c smallint", None),
        ('[add]\ncolumn = "c"\ntype = "smallint"\ndefault = "5"', "id int", None),
        ('[add]\ncolumn = "c"\ntype = "smallint"\ndefault = "5"', "id int, c smallint DEFAULT 2 + 3", None),
        ('[add]\ncolumn = "c"\ntype = "varchar(9)"', "id int, c character varying(9)", None),
        ('[add]\ncolumn = "c"\ntype = "varchar(9)"', "id int, c text", "public.o.c is of type text"),
        ('[add]\ncolumn = "c"\ntype = "text"', 'id int, c text COLLATE "C"', "public.o.c is of type text COLLATE"),
        ('[add]\ncolumn = "c"\ntype = "int"\ndefault = "5"', "id int, c int", "has another default"),
        ('[add]\ncolumn = "c"\ntype = "int"\ndefault = "5"', "id int, c int DEFAULT 6", "has another default"),
        ('[add]\ncolumn = "c"\ntype = "int"', "id int, c int GENERATED ALWAYS AS IDENTITY", "is generated"),
        ('[add]\ncolumn = "c"\ntype = "int"\ndefault = "5"', "id int, c bigint", "does not say and has another"),
        ('[drop]\ncolumn = "c"\ntype = "int"', "id int, c int DEFAULT 6", None),
        ('[drop]\ncolumn = "c"\ntype = "int"', "id int, c text", "is of type text"),
        ('[drop]\ncolumn = "c"', "id int, c text", None),
        ('[rename]\ncolumn = "c"\nto = "d"', "id int, d int", None),
        ('[rename]\ncolumn = "c"\nto = "d"', "c int, d int", "public.o is neither of the plan's two"),
        ('[retype]\ncolumn = "c"\ntype = "bigint"\nfrom = "int"', "id int, c bigint", None),
        ('[retype]\ncolumn = "c"\ntype = "bigint"\nfrom = "int"', "id int, c text", "public.o.c is of type text"),
    ],
)  # fmt: skip
def test_what_is_not_as_the_plan_has_it(change: str, columns: str, expected: str | None) -> None:
    plan = parse(f'id = "p"\ntable = "public.o"\n{change}\n', "p")
    found = departure(plan, schema_of(f"CREATE TABLE o ({columns})".encode()))
    assert found == expected if expected is None else found is not None and expected in found
