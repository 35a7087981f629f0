"""A store whose every number is known: two days of a shop, an hour of them not watched."""

from collections import Counter
from pathlib import Path

from lintel.analysis import analyze
from lintel.analysis.ddl import schema_of
from lintel.sql.stored import stored_text
from lintel.store import Batch, Observation, Recorded, Store, UnplannedKey, uses_of
from lintel.store.durations import bucket_of

SCHEMA = schema_of(b"""
    CREATE TABLE orders (id int PRIMARY KEY, total numeric, note text, legacy text);
    CREATE TABLE customers (id int, name text);
    CREATE MATERIALIZED VIEW revenue AS SELECT sum(total) AS sum FROM orders;
""")
START = 1_790_035_200.0  # 2026-09-22T00:00Z
HOUR = 3600.0

# What is hostile in what clients may call themselves, and in the names of columns: it must stay a name everywhere.
HOSTILE = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=\'owned\'">',
    '=HYPERLINK("http://x")',
    "@cmd|' /C calc'!A0",
    'a`b|c\\N"; x [link](javascript:alert(1)) @someone',
    "\u202egnp.exe",
    "\x1b[31mred\nline",
)


def observed(sql: str, client: str, calls: int, **also: object) -> Observation:
    """Calls of a statement of the shop."""
    facts = analyze(sql.encode(), SCHEMA, ("public",))
    uses = frozenset(uses_of(facts))
    recorded = Recorded("shop", ("public",), stored_text(sql.encode()), facts.verb, facts.opaque, uses)
    return Observation(recorded, client, calls, **also)  # type: ignore[arg-type]


def shop(path: Path, *, gap: bool = False) -> None:
    """Write it."""
    timed = {bucket_of(0.0005): 3, bucket_of(0.004): 1}
    busy = [
        observed("SELECT * FROM orders WHERE id = 1", "billing", 40, timed=timed, rows=4, errors={"57014": 2}),
        observed("INSERT INTO orders VALUES (1, 2, 'x')", "import", 3, errors={"23505": 1}),
        observed("SELECT id, name FROM customers", "crm", 6),
    ]
    store = _day(path, START, busy)
    if gap:
        store.close()
        store = Store(path)
    later = [
        observed("SELECT * FROM orders WHERE id = 1", "billing", 20),
        observed("COPY orders (id, total) TO STDOUT", "export", 1),
        observed(
            "UPDATE orders SET total = 3 WHERE id = 2", "billing", 5, verdicts={"refuse": 1}, refusal="lintel: no"
        ),
    ]
    second = START + 25 * HOUR if gap else START + 24 * HOUR
    store.add(Batch(second, START + 48 * HOUR, later, number=2, closing=True))
    store.close()


def _day(path: Path, start: float, seen: list[Observation]) -> Store:
    store = Store(path)
    store.save_catalog("shop", SCHEMA)
    store.add(Batch(start, start + 24 * HOUR, seen, number=1, closing=True))
    return store


def hostile(path: Path) -> None:
    """The same names everywhere that a client can put one."""
    store = Store(path)
    seen = [observed("SELECT total FROM orders", name, 1) for name in HOSTILE]
    for one, name in zip(seen, HOSTILE, strict=True):
        one.refusal, one.verdicts, one.errors = name, {"refuse": 1}, {name: 1}
    changes = Counter(
        {(UnplannedKey("shop", "public.orders", f"add column {name}", name), False): 1 for name in HOSTILE}
    )
    store.add(Batch(START, START + 60, seen, closing=True, unplanned=changes))
    store.close()
