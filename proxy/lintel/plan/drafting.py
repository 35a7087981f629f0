"""A plan file's text, written from what was asked for; checked by reading it again (plan.parse)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lintel.plan.parse import parse


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new plan is to say; what is None or empty is left out."""

    id: str
    table: str
    kind: str  # add | drop | rename | retype
    change: Mapping[str, str | bool | None]
    purpose: str | None = None
    database: str | None = None
    shield: Mapping[str, str | None] = field(default_factory=dict)
    old: tuple[str, ...] = ()  # application_names, with * as a wildcard
    new: tuple[str, ...] = ()
    backfill: str | None = None


def drafted(draft: Draft, file: str) -> str:
    """The text. ConfigError where it is no plan: it names the key."""
    text = "\n\n".join("\n".join(block) for block in _blocks(draft) if block) + "\n"
    parse(text, file)
    return text


def _blocks(draft: Draft) -> Iterator[list[str]]:
    root = {"id": draft.id, "purpose": draft.purpose, "table": draft.table, "database": draft.database}
    yield list(_lines(root))
    yield [f"[{draft.kind}]", *_lines(draft.change)]
    shield = list(_lines(draft.shield))
    yield ["[shield]", *shield] if shield else []
    for names, sees in ((draft.new, "new"), (draft.old, "old")):
        yield from (_rule(name, sees) for name in names)
    yield ["[backfill]", *_lines({"expression": draft.backfill})] if draft.backfill else []


def _lines(values: Mapping[str, str | bool | None]) -> Iterable[str]:
    return (f"{key} = {_toml(value)}" for key, value in values.items() if value not in (None, False))


def _rule(name: str, sees: str) -> list[str]:
    return ["[[shield.clients]]", f"match = {{ application_name = {_toml(name)} }}", f"sees = {_toml(sees)}"]


def _toml(value: str | bool | None) -> str:
    """A JSON string is TOML, too, once DEL is escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
