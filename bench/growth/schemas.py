"""How many plans, how many tables in the database, how many columns in one."""

import time

from bench import catalog, memory, relays
from bench.client import Client
from bench.growth.curve import Curve, Point
from bench.growth.ground import MB, Ground, metered
from lintel.wire import messages

_PLANS = (1, 10, 100)
_TABLES = (10, 100, 1_000)
_MORE_TABLES = (10_000, 50_000)
_COLUMNS = (1, 10, 100, 1_599)  # with the plan's column 1,600, which is PostgreSQL's limit
_NEW = 300  # statements of which each is new
_AGAIN = 2_000


def plans(ground: Ground) -> Curve:
    """Each on a table of its own."""
    sizes = ground.sizes(_PLANS, ())
    _make_tables(ground, [f"p{number}" for number in range(max(sizes, default=0))], 5)
    return Curve(
        "plans",
        "So many plans in force, each on a table of its own; `SELECT *` from them in turn by a client of the old "
        "tables: 300 that are new, then one for each table again and again.",
        "plans",
        ("start, s", "new, CPU us", "again, CPU us", "memory, MB"),
        tuple(_with_plans(ground, size) for size in sizes),
    )


def _with_plans(ground: Ground, size: int) -> Point:
    names = [f"p{number}" for number in range(size)]
    job, begun = relays.Job("lintel", tuple(ground.plan(table) for table in names)), time.perf_counter()
    with ground.lintel(job) as (relay, _):
        started = time.perf_counter() - begun
        assert relay.pid is not None
        with metered(relay) as meter:
            new = meter.recorded_us(_star(names[number % size], number) for number in range(_NEW))
            again = meter.cost_us((_star(table, number) for number, table in enumerate(names)), _AGAIN)
            used = memory.used(relay.pid)
    return Point(size, (round(started, 2), new, again, round(used / MB, 1)))


def columns(ground: Ground) -> Curve:
    """Of a planned table."""
    sizes = ground.sizes(_COLUMNS, ())
    for size in sizes:
        _make_tables(ground, [f"c{size}"], size)
    return Curve(
        "columns",
        "A table of so many columns with a plan that adds one more; `SELECT *` by a client of the old table: some that"
        " are new, then the same text again. The rows' description, which grows as well, is relayed in both.",
        "columns",
        ("new, CPU us", "again, CPU us", "memory, MB"),
        tuple(_with_columns(ground, size) for size in sizes),
    )


def _with_columns(ground: Ground, size: int) -> Point:
    table = f"c{size}"
    with ground.lintel(relays.Job("lintel", (ground.plan(table),))) as (relay, _), metered(relay) as meter:
        new = meter.recorded_us(_star(table, number) for number in range(min(_NEW, 10_000 // size)))
        again = meter.cost_us([_star(table, 0)], _AGAIN)
        return Point(size, (new, again, meter.grown_mb()))


def tables(ground: Ground) -> Curve:
    """In the database, whoever asks for them."""
    found = [
        catalog.measured(ground.server.dsn(), size, 5, ground.directory) for size in ground.sizes(_TABLES, _MORE_TABLES)
    ]
    return Curve(
        "tables",
        "A database with so many tables: the first snapshot of its catalog, the CPU (Lintel's and the server's) of "
        "reading what a statement of DDL has changed, and the snapshot's memory. More of it: `./dev bench catalog`.",
        "tables",
        ("first snapshot, s", "after DDL, CPU ms", "memory, MB"),
        tuple(Point(size.tables, (size.snapshot_s, size.refresh_cpu_ms, size.memory_mb)) for size in found),
    )


def _make_tables(ground: Ground, names: list[str], columns: int) -> None:
    listed = ", ".join(f"c{number} int" for number in range(columns))
    with relays.direct(ground.server) as straight, Client(straight.target) as control:
        for name in names:
            control.ask(messages.query(f"CREATE TABLE {name} ({listed})".encode()))


def _star(table: str, number: int) -> bytes:
    return messages.query(b"SELECT *, 1 AS s%d FROM %b" % (number, table.encode()))
