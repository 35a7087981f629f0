"""The plans of world.PLANS as others would have it: dropping what they add, renaming, retyping, and back again.

Knows what a case's answer depends on besides: the names in the server's own errors and in what is left behind.
"""

import re
from pathlib import Path

from tests.shield.case import Case, everything
from tests.shield.outcome import Outcome
from tests.shield.world import PLANS, Databases, script

QUOTE = '"'
# Functions in the database are not rewritten (REN-03): what calls one that names a renamed column fails, or says other
# names than before.
INSIDE = re.compile(r"\b(order_size|spent|all_orders|order_by_id|order_star|order_totals)\b")


def renamed_cases() -> list[Case]:
    """The old clients' cases that nothing inside the database has a part in."""
    cases = [case for case in everything() if case.side == "old"]
    return [case for case in cases if not INSIDE.search(" ".join(step.sql for step in case.steps))]


def written(directory: Path) -> dict[str, list[Path]]:
    """Plan files by the kind of change: dropping what the others add, renaming, renaming back."""
    made: dict[str, list[Path]] = {
        "dropped": [],
        "discarded": [],
        "renamed": [],
        "renamed back": [],
        "retyped": [],
        "retyped back": [],
    }
    for plan in PLANS:
        made["discarded"].append(directory / f"discard-{plan.name}")
        made["discarded"][-1].write_text(_discarding(plan.read_text()))
        made["dropped"].append(directory / f"drop-{plan.name}")
        made["dropped"][-1].write_text(_dropping(plan.read_text()))
    for number, line in enumerate(re.findall(r"^ALTER.*$", script("renaming"), re.MULTILINE)):
        table, before, after = re.fullmatch(r"ALTER TABLE (.+) RENAME COLUMN (.+) TO (.+);", line).groups()  # type: ignore[union-attr]
        for kind, column, to in (("renamed", before, after), ("renamed back", after, before)):
            made[kind].append(directory / f"{kind}-{number}.toml")
            change = f"[rename]\ncolumn = '{column.strip(QUOTE)}'\nto = '{to.strip(QUOTE)}'\n"
            made[kind][-1].write_text(_plan(number, table, change))
    for number, line in enumerate(re.findall(r"^ALTER.*$", script("retyping"), re.MULTILINE)):
        table, column, after = re.fullmatch(r"ALTER TABLE (.+) ALTER COLUMN (.+) TYPE (.+);", line).groups()  # type: ignore[union-attr]
        before = "text" if after.startswith("varchar") else "integer"
        for kind, source, target in (("retyped", before, after), ("retyped back", after, before)):
            made[kind].append(directory / f"{kind}-{number}.toml")
            change = f"[retype]\ncolumn = '{column.strip(QUOTE)}'\ntype = '{target}'\nfrom = '{source}'\n"
            made[kind][-1].write_text(_plan(number, table, change))
    return made


def _dropping(text: str) -> str:
    text = text.replace("[add]", "[drop]").replace("not_null = true\n", "").replace("not_null = false\n", "")
    return re.sub(r'sees = "(old|new)"', lambda found: f'sees = "{"new" if found[1] == "old" else "old"}"', text)


def _discarding(text: str) -> str:
    if "[shield]" in text:
        return text.replace("[shield]", '[shield]\nabsent_writes = "discard"')
    return text.replace("[[shield.clients]]", '[shield]\nabsent_writes = "discard"\n\n[[shield.clients]]', 1)


def _plan(number: int, table: str, change: str) -> str:
    rules = "".join(
        f'[[shield.clients]]\nmatch = {{ application_name = "{s}*" }}\nsees = "{s}"\n' for s in ("old", "new")
    )
    rows = "[shield]\nwhole_rows = 'record'\n" if table == "docs" else ""
    return f"id = 'p{number}'\npurpose = 'tidying up'\ntable = '{table}'\n{change}{rows}{rules}"


def other_words(outcome: Outcome) -> Outcome:
    """The server's own errors name the column as it is called there: a constraint's, for one."""
    for reply in outcome.replies:
        if reply.error is not None and reply.error["C"].startswith("23"):
            reply.error["M"] = re.sub(r'column "\w+"', "a column", reply.error["M"])
    return outcome


def rows(databases: Databases, name: str) -> list[list[tuple[bytes | None, ...]]]:
    """By position where the names differ; these have no other columns than the listed ones."""
    if name != "renamed":
        return databases.contents(name)
    by_position = re.sub(r"SELECT .*?(, tableoid::regclass)? FROM", r"SELECT *\1 FROM", script("contents"))
    return [result.rows for result in databases.run(name, by_position).results]
