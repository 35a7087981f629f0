"""What scans are expected to find, as data: a line per use, `file:line table.column kind reader sure`."""

from pathlib import Path

from lintel.analysis import ddl
from lintel.scan import Result, Target, scan
from lintel.scan.finding import Found, Opaque, Snippet

HERE = Path(__file__).parent
SCHEMA = ddl.schema_of((HERE / "schema.sql").read_bytes())
EVERYTHING = Target(SCHEMA)
ORDERS = Target(SCHEMA, table="public.orders")


def lines(result: Result, root: Path) -> list[str]:
    """A result as the files in expected/ have it."""
    return [*(_use(one, root) for one in result.uses), *(_opaque(one, root) for one in result.opaque)]


def _use(one: Found, root: Path) -> str:
    place = f"{Path(one.file).relative_to(root)}:{one.line}"
    name = f"{one.table}.{one.column}" if one.column else one.table
    return f"{place} {name} {one.kind} {one.reader} {one.sure}"


def _opaque(one: Opaque, root: Path) -> str:
    return f"{Path(one.file).relative_to(root)}:{one.line} opaque {one.reader} {', '.join(one.tables)}"


def scanned(name: str) -> list[str]:
    """The lines of a made-up repository."""
    root = HERE / "repositories" / name
    return lines(scan([root], EVERYTHING), root)


def snippet(text: str, *, literal: bool = False) -> Snippet:
    """A script of its own."""
    return Snippet(text, 1, "script", literal=literal)
