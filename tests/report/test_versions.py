"""Who is on which version, and whether a plan may be released: from stores whose every number is known."""

import json
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from tests.report.made import HOSTILE, START

from lintel.analysis.ddl import schema_of
from lintel.plan import Plan, parse
from lintel.report import render, wanted
from lintel.report.release import obstacles
from lintel.store import Batch, Filter, Reader, SideKey, Store
from lintel.store.rows import utc

DAY = 86_400.0
BEFORE = "CREATE TABLE public.orders (id int, total numeric)"
AFTER = "CREATE TABLE public.orders (id int, total numeric, priority int)"
LANDING = f"{AFTER}; CREATE SCHEMA lintel; CREATE TABLE lintel.parking_p (lintel_marker int)"
CHANGE = 'id = "p"\ntable = "public.orders"\n[add]\ncolumn = "priority"\ntype = "int"\n'
PLAN = parse(CHANGE, "p.toml")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lintel.db"


def key(client: str, side: str, known: str = "rule", plan: str = "p") -> SideKey:
    return SideKey("shop", client, plan, "public.orders", side, known)


def day(number: int, *sides: tuple[SideKey, str, int], plan: str | None = "p", **also: object) -> Batch:
    """A batch of the whole day."""
    at = START + number * DAY
    counted = Counter({(one, verdict): calls for one, verdict, calls in sides})
    plans = {} if plan is None else {plan: also.pop("since", START)}
    return Batch(at, at + DAY, sides=counted, plans=plans, number=number + 1, **also)  # type: ignore[arg-type]


def written(path: Path, *batches: Batch, schema: str = AFTER) -> None:
    store = Store(path)
    store.save_catalog("shop", schema_of(schema.encode()))
    for batch in batches:
        store.add(batch)
    store.close()


def against(path: Path, days: float, quiet: float = 2, plan: Plan = PLAN) -> tuple[list[str], list[str]]:
    """The reasons and the clients, so many days after the start."""
    with closing(Reader(path)) as reader:
        found = obstacles(reader, plan, reader.databases(), quiet * DAY, START + days * DAY)
    return found.reasons, [row.key.client for row in found.clients]


def test_what_was_counted_by_client_and_side(path: Path) -> None:
    first = day(0, (key("v1", "old"), "rewrite", 3), (key("v1", "old"), "refuse", 1), (key("v2", "new"), "allow", 2))
    written(path, first, day(1, (key("v1", "old"), "rewrite", 5)))
    with closing(Reader(path)) as reader:
        found = {row.key.client: row for row in reader.sides(Filter())}
        assert found["v1"][1:] == (9, 8, 1, 0, 0, utc(START), utc(START + 2 * DAY))
        assert found["v2"][1:] == (2, 0, 0, 0, 0, utc(START), utc(START + DAY))
        (recent,) = reader.sides(Filter(since=utc(START + 1.5 * DAY)))
        assert recent.calls == 5
        assert reader.sides(Filter(table="public.other")) == []
        assert [row.key.client for row in reader.sides(Filter(table="orders", column="id", client="v2"))] == ["v2"]
        assert reader.carried("p")[:3] == (utc(START), utc(START + 2 * DAY), ())
        assert reader.carried("q").start is None


def test_a_batch_is_not_added_twice(path: Path) -> None:
    written(path, *[day(0, (key("v1", "old"), "allow", 3))] * 2)
    with closing(Reader(path)) as reader:
        assert [row.calls for row in reader.sides(Filter())] == [3]


def test_what_is_old_is_added_up_and_forgotten(path: Path) -> None:
    seen = (key("v1", "old"), "rewrite", 2)
    written(path, day(0, seen), day(1, seen, plan=None))
    store = Store(path)
    while store.tidy(50 * 365 * DAY):
        pass
    with closing(Reader(path)) as reader:
        assert [row.calls for row in reader.sides(Filter())] == [4]
    while store.tidy(1.0):
        pass
    store.close()
    with closing(Reader(path)) as reader:
        assert reader.sides(Filter()) == []
        assert reader.carried("p").start is None


def test_every_form_tells_it_and_hostile_names_stay_names(path: Path) -> None:
    rows = [(key(name, side), "rewrite", 7) for name in HOSTILE for side in ("old", "either")]
    written(path, day(0, *rows))
    forms = {form: "".join(render(path, wanted(), form)) for form in ("text", "md", "html", "json")}
    assert all("of the old table, the last seen 2026-09-23 00:00:00" in forms[form] for form in ("text", "md", "html"))
    (plan,) = json.loads(forms["json"])["plans"]
    assert {one["client"] for one in plan["clients"]} == set(HOSTILE)
    assert plan["window"] == {"from": utc(START), "to": utc(START + DAY), "gaps": []}
    assert "<script>document" not in forms["html"]
    assert "\x1b" not in forms["text"] + forms["md"]
    assert "\n| [link]" not in forms["md"]


def test_a_plan_that_nobody_needs_may_be_released(path: Path) -> None:
    written(path, day(0, (key("v1", "old"), "rewrite", 3)), day(1), day(2), day(3, (key("v2", "new"), "allow", 1)))
    assert against(path, 4) == ([], [])
    assert against(path, 4, quiet=3.5) == ([], ["v1"])


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (BEFORE, "in shop the change is not made: ALTER TABLE public.orders ADD COLUMN priority int"),
        (LANDING, "in shop parked values have not all landed"),
        ("CREATE TABLE public.other (id int)", "no database in the store has the table public.orders"),
    ],
)
def test_the_change_has_to_be_made(path: Path, schema: str, reason: str) -> None:
    written(path, *map(day, range(4)), schema=schema)
    assert against(path, 4) == ([reason], [])


def test_a_renamed_column_under_neither_name(path: Path) -> None:
    plan = parse('id = "p"\ntable = "orders"\n[rename]\ncolumn = "a"\nto = "b"\n', "p.toml")
    written(path, *map(day, range(4)))
    assert against(path, 4, plan=plan)[0] == [
        "in shop the table public.orders is neither of the two that the plan speaks of"
    ]


def test_the_time_has_to_be_watched_with_the_plan_in_force(path: Path) -> None:
    written(path, *map(day, range(4)))
    assert against(path, 4, quiet=5)[0] == ["the plan is in force since 2026-09-22 00:00:00, which is not 5 days yet"]
    assert against(path, 5)[0] == ["nothing was watched with the plan in force since 2026-09-26 00:00:00"]


def test_a_plan_that_was_never_in_force(path: Path) -> None:
    written(path, *(day(number, plan=None) for number in range(4)))
    assert against(path, 4)[0] == ["the plan was never in force while this store was written"]


def test_gaps_and_lost_observations_speak_against_it(path: Path) -> None:
    written(path, day(0, closing=True))
    written(path, day(2, since=START + 2 * DAY), day(3, since=START + 2 * DAY, dropped={"shop": 3}))
    assert against(path, 4, quiet=3.5)[0] == [
        "not watched from 2026-09-23 00:00:00 to 2026-09-24 00:00:00",
        "3 observations lost",
    ]


def test_a_time_without_the_plan_is_a_gap_of_it(path: Path) -> None:
    written(path, day(0), day(1), day(2, plan=None), day(3, since=START + 3 * DAY))
    assert against(path, 4)[0] == ["not watched from 2026-09-24 00:00:00 to 2026-09-25 00:00:00"]


def test_who_is_old_for_another_plan_does_not_count(path: Path) -> None:
    others = [(key("v1", "old", plan="q"), "rewrite", 1), (key("v2", "either", "inferred"), "allow", 1)]
    written(path, *map(day, range(3)), day(3, *others))
    assert against(path, 4) == ([], [])
