"""A plan for one column, and what databases are made of for it: the client's own table, and another in its place.

For random statements and for other people's, on any table. Knows nothing of how a text is edited.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lintel.plan import Side

CLIENT = "client"  # the application_name of who was built for `Change.side`
PHYSICAL = "/* reader='physical' */"  # a comment for texts of who was built for the other side


class Change(NamedTuple):
    """What a plan does to one column, and which side the client is on: it always calls it `column`, of one type."""

    table: str
    column: str
    kind: str  # add | drop | rename | retype | discard
    side: Side
    other: str = ""  # the column's other name or type
    type: str = "integer"
    default: str = "2"  # a value that occurs in other columns, too

    @property
    def seen(self) -> bool:
        """Whether the client's table has the column."""
        return self.kind in ("rename", "retype") or (self.kind == "drop") == (self.side == "old")

    @property
    def planned(self) -> str:
        """The plan, as a file."""
        before, after = (self.column, self.other) if self.side == "old" else (self.other, self.column)
        text = f'id = "{self.table}-{self.column}"\npurpose = "test"\ntable = "public.{self.table}"\n'
        if self.kind == "rename":
            return f'{text}[rename]\ncolumn = "{before}"\nto = "{after}"\n'
        if self.kind == "retype":
            types = (self.type, self.other) if self.side == "old" else (self.other, self.type)
            return f'{text}[retype]\ncolumn = "{self.column}"\nfrom = "{types[0]}"\ntype = "{types[1]}"\n'
        kind = "drop" if self.kind == "drop" else "add"
        text += f'[{kind}]\ncolumn = "{self.column}"\ntype = "{self.type}"\ndefault = "{self.default}"\n'
        return text + ('[shield]\nabsent_writes = "discard"\n' if self.kind == "discard" else "")

    def file(self, database: str) -> str:
        """The plan for one database, with rules: CLIENT is on `side`, texts that say PHYSICAL on the other one."""
        other = "new" if self.side == "old" else "old"
        rules = (("tag.reader", "physical", other), ("application_name", CLIENT, self.side))
        texts = (
            f'[[shield.clients]]\nmatch = {{ {key} = "{value}" }}\nsees = "{side}"\n' for key, value, side in rules
        )
        table = f'table = "public.{self.table}"\n'
        named = self.planned.replace(table, f'{table}database = "{database}"\n')
        return named.replace('id = "', f'id = "{database}-', 1) + "".join(texts)

    def logical(self, *, there: bool) -> str:
        """The client's own table; where the column is not `there` in the database, it holds the default."""
        t, c = self.table, self.column
        if self.kind in ("rename", "retype"):
            return ""
        if not self.seen:
            return f"ALTER TABLE {t} DROP COLUMN {c};"
        made = self._last() if self.kind != "drop" else f"ALTER TABLE {t} ALTER {c} SET DEFAULT {self.default};"
        if there:
            return made
        made += f"UPDATE {t} SET {c} = {self.default};"
        if self.kind == "discard":
            made += f"""
            CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN NEW.{c} := {self.default}; RETURN NEW; END $$;
            CREATE TRIGGER undo BEFORE INSERT OR UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION undo();"""
        return made

    def before(self) -> str:
        """What a database is made of before the change, or what comes to the same."""
        return self._last() if self.kind in ("add", "discard") else self._defaulted()

    def physical(self, *, own: bool) -> str:
        """The table in the database: `own` as the client's plan side has it, or the other way."""
        t, c = self.table, self.column
        if own:
            return "" if self.seen else f"ALTER TABLE {t} DROP COLUMN {c};"
        if self.kind == "rename":
            return f"ALTER TABLE {t} RENAME COLUMN {c} TO {self.other};"
        if self.kind == "retype":
            return f"ALTER TABLE {t} ALTER COLUMN {c} TYPE {self.other} USING {c}::{self.other};"
        return f"ALTER TABLE {t} DROP COLUMN {c};" if self.seen else ""

    def _defaulted(self) -> str:
        if self.kind != "drop":
            return ""
        return f"ALTER TABLE {self.table} ALTER {self.column} SET DEFAULT {self.default};"

    def _last(self) -> str:
        t, c = self.table, self.column
        return (
            f"ALTER TABLE {t} RENAME COLUMN {c} TO was; ALTER TABLE {t} ADD COLUMN {c} {self.type} "
            f"DEFAULT {self.default}; UPDATE {t} SET {c} = was; ALTER TABLE {t} DROP COLUMN was;"
        )


def contents(stored: Mapping[str, Sequence[str]], pairs: Sequence[tuple[Change, bool]], *, physical: bool) -> bytes:
    """A query for the rows of tables, in the columns that both databases have."""
    found = []
    for table, columns in stored.items():
        listed = [text for column in columns if (text := _content(table, column, pairs, physical=physical))]
        rows = f"SELECT {', '.join(listed)} FROM {table}"
        found.append(f"(SELECT array_agg(r::text ORDER BY r::text) FROM ({rows}) r)")
    return f"SELECT {', '.join(found)}".encode()


def _content(table: str, column: str, pairs: Sequence[tuple[Change, bool]], *, physical: bool) -> str:
    change, own = next(((c, own) for c, own in pairs if (c.table, c.column) == (table, column)), (None, True))
    if change is None or (own and change.seen):
        return column
    if change.seen and change.kind == "rename":
        return change.other if physical else column
    return f"{column}::{change.type}" if change.seen and change.kind == "retype" else ""
