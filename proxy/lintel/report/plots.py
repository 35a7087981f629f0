"""Plots as SVG, which are there without a script, on paper too. Colours are classes of the page's style."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from lintel.report.markup import Markup, join, tag, text
from lintel.store import Activity, Window

SERIES = 6  # clients of their own colour; the others are one
OTHERS = "others"
HEAT_TABLES = 30
HEAT_CLIENTS = 12

_WIDTH, _HEIGHT = 860.0, 150.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 6.0, 8.0, 24.0
_CELL, _ROW = 62.0, 28.0
_MAX_SLOTS = 400


class Series(NamedTuple):
    """Calls of one client by slot."""

    name: str
    calls: Mapping[str, int]


def series(activity: Sequence[Activity]) -> list[Series]:
    """The clients with most calls, and the others together; by the day if anything is known by the day only."""
    by_client: dict[str, dict[str, int]] = {}
    length = min((len(one.slot) for one in activity), default=0)
    for one in activity:
        slots, slot = by_client.setdefault(one.client, {}), one.slot[:length]
        slots[slot] = slots.get(slot, 0) + one.calls
    most = sorted(by_client, key=lambda client: (-sum(by_client[client].values()), client))
    found = [Series(client, by_client[client]) for client in most[:SERIES]]
    rest: dict[str, int] = {}
    for client in most[SERIES:]:
        for slot, calls in by_client[client].items():
            rest[slot] = rest.get(slot, 0) + calls
    return [*found, Series(f"{len(most) - SERIES} {OTHERS}", rest)] if rest else found


def over_time(found: list[Series], window: Window) -> Markup | None:
    """Stacked bars by hour or day, what was not watched hatched; None where there is too little for a plot."""
    slots = _slots({slot for one in found for slot in one.calls}, window)
    if len(slots) < 2:
        return None
    top = _round_up(max(sum(one.calls.get(slot, 0) for one in found) for slot in slots))
    step = (_WIDTH - _LEFT - _RIGHT) / len(slots)
    return tag(
        "svg",
        *_grid(top),
        *_gaps(slots, step, window),
        *_bars(found, slots, step, top),
        *_dates(slots, step),
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", class_="time", role="img",
        aria_label=f"Calls per {_unit(slots)} and client",
    )  # fmt: skip


def legend(found: list[Series]) -> Markup:
    """Which colour is whose."""
    return tag(
        "ul",
        *(
            tag("li", tag("i", class_=f"s{i}"), tag("bdi", one.name), f" {sum(one.calls.values()):,}")
            for i, one in enumerate(found)
        ),
        class_="legend",
    )


def _slots(seen: set[str], window: Window) -> list[str]:
    """Every slot from first to last, also those without calls."""
    if not seen:
        return []
    hourly = all(len(slot) == 13 for slot in seen)
    length, step = (13, timedelta(hours=1)) if hourly else (10, timedelta(days=1))
    ends = [slot[:length] for slot in seen] + [end[:length] for end in (window.start, window.end) if end]
    at, last = (_moment(slot) for slot in (min(ends), max(ends)))
    at = max(at, last - step * (_MAX_SLOTS - 1))
    slots = []
    while at <= last:
        slots.append(at.isoformat()[:length])
        at += step
    return slots


def _moment(slot: str) -> datetime:
    return datetime.fromisoformat(slot if len(slot) == 10 else f"{slot}:00").replace(tzinfo=UTC)


def _unit(slots: list[str]) -> str:
    return "hour" if len(slots[0]) == 13 else "day"


def _grid(top: int) -> Iterator[Markup]:
    for i in range(5):
        y = _y(top * i / 4, top)
        yield tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="grid")
        if i % 2 == 0:
            yield tag("text", short(top * i / 4), x=_LEFT - 6, y=y + 4, text_anchor="end")


def _y(calls: float, top: int) -> float:
    return round(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - calls / top), 2)


def _bars(found: list[Series], slots: list[str], step: float, top: int) -> Iterator[Markup]:
    width = max(0.6, step - min(2.0, step / 5))
    for at, slot in enumerate(slots):
        below = 0
        for i, one in enumerate(found):
            calls = one.calls.get(slot, 0)
            if calls:
                y, base = _y(below + calls, top), _y(below, top)
                told = tag(
                    "title", f"{one.name}: {calls:,} calls, {slot.replace('T', ' ')}{'' if len(slot) == 10 else ':00'}"
                )
                x = round(_LEFT + at * step, 2)
                yield tag("rect", told, x=x, y=y, width=round(width, 2), height=round(base - y, 2), class_=f"s{i}")
                below += calls


def _gaps(slots: list[str], step: float, window: Window) -> Iterator[Markup]:
    first, length = _moment(slots[0]), timedelta(hours=1) if _unit(slots) == "hour" else timedelta(days=1)
    for gap in window.gaps:
        start, end = (min(max((datetime.fromisoformat(at) - first) / length, 0), len(slots)) for at in gap)
        if end > start:
            x, width = round(_LEFT + start * step, 2), max(1.0, round((end - start) * step, 2))
            told = tag("title", f"not watched from {gap[0][:19]} to {gap[1][:19]}")
            yield tag("rect", told, x=x, y=_TOP, width=width, height=_HEIGHT - _TOP - _BOTTOM, class_="gap")


def _dates(slots: list[str], step: float) -> Iterator[Markup]:
    every = max(1, math.ceil(len(slots) / 8))
    for i in range(0, len(slots), every):
        label = slots[i][5:10] if len(slots[i]) == 10 else f"{slots[i][8:10]}. {slots[i][11:]}:00"
        yield tag("text", label, x=round(_LEFT + (i + 0.5) * step, 2), y=_HEIGHT - 7, text_anchor="middle")


def _round_up(number: int) -> int:
    """The next number of which a half is round, too."""
    scale = 1
    while True:
        for step in (4, 6, 8, 10, 12, 16, 20, 30):
            if number <= step * scale:
                return step * scale
        scale *= 10


def heat(calls: Mapping[tuple[str, str], int]) -> Markup | None:
    """Tables by clients, darker for more calls (by their logarithm); None where there is but one table."""
    tables, clients = (_most(calls, side) for side in (0, 1))
    if len(tables) < 2:
        return None
    tables, clients = tables[:HEAT_TABLES], clients[:HEAT_CLIENTS]
    left = 20.0 + 7.2 * min(34, max(map(len, tables)))
    head = 20.0 + 4.2 * min(24, max(map(len, clients)))
    most = math.log1p(max(calls.values()))
    cells = [
        *(_client(name, left + i * _CELL, head) for i, name in enumerate(clients)),
        *(_table(name, left, head + i * _ROW) for i, name in enumerate(tables)),
    ]
    for row, table in enumerate(tables):
        for column, client in enumerate(clients):
            at = left + column * _CELL, head + row * _ROW
            cells.append(_cell(table, client, calls.get((table, client), 0), most, at))
    width, height = left + len(clients) * _CELL + 60, head + len(tables) * _ROW + 4
    return tag("svg", *cells, viewBox=f"0 0 {width:g} {height:g}", class_="heat", width=round(width), role="img",
               aria_label="Calls by table and client")  # fmt: skip


def _most(calls: Mapping[tuple[str, str], int], side: int) -> list[str]:
    sums: dict[str, int] = {}
    for key, number in calls.items():
        sums[key[side]] = sums.get(key[side], 0) + number
    return sorted(sums, key=lambda name: (-sums[name], name))


def _client(name: str, x: float, y: float) -> Markup:
    at = f"translate({x + _CELL / 2:g} {y - 8:g}) rotate(-38)"
    return tag("text", tag("title", name), cut(name, 24), transform=at)


def _table(name: str, x: float, y: float) -> Markup:
    return tag("text", tag("title", name), cut(name, 34), x=x - 10, y=y + 18, text_anchor="end")


def _cell(table: str, client: str, calls: int, most: float, at: tuple[float, float]) -> Markup:
    level = math.ceil(5 * math.log1p(calls) / most) if calls else 0
    rect = tag("rect", tag("title", f"{client} on {table}: {calls:,} calls"), x=at[0] + 1, y=at[1] + 1,
               width=_CELL - 2, height=_ROW - 2, rx=3, class_=f"h{level}")  # fmt: skip
    number = tag("text", short(calls), x=at[0] + _CELL / 2, y=at[1] + 18, text_anchor="middle", class_=f"n{level}")
    return join([rect, number]) if calls else rect


def cut(name: str, length: int) -> Markup:
    """No longer than that."""
    return text(name if len(name) <= length else name[: length - 1] + "\u2026")


def short(number: float) -> str:
    """`950`, `1.2k`, `34M`."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            scaled = number / size
            return (f"{scaled:.1f}".removesuffix(".0") if scaled < 10 else f"{scaled:.0f}") + letter
    return f"{number:.0f}"
