"""Random conversations from a seed: what a client says in the wire protocol, and what others do meanwhile.

Everything that the protocol knows: named statements, portals that are left half-way, pipelines with errors in them,
COPY, cursors, what SQL prepares. The texts are in talk/texts.sql. Knows nothing of Lintel.
"""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from tests.shield.wire_client import SYNC, Param, bind, close, describe, execute, parse, query

from lintel.wire import messages

Side = Literal["old", "new"]
TABLES = ("o", "r", "r", "y", "d")  # that somebody alters; a column's new name is the hardest to miss
COPY_DONE = messages.frame(messages.COPY_DONE, b"")
COPY_FAIL = messages.frame(messages.COPY_FAIL, b"enough\0")
SETTLING = (COPY_FAIL, messages.SYNC_FRAME, close("S", "nobody"), messages.SYNC_FRAME)  # whatever state it is in


class Said(NamedTuple):
    """One message of the client; `words` are for whoever reads what went wrong."""

    words: str
    frame: bytes


class Ready(NamedTuple):
    """Everything up to so many more ReadyForQuery is read."""

    more: int


class Settled(NamedTuple):
    """Everything up to the answer to a Close is read: where nobody can say how many ReadyForQuery come."""


class Event(NamedTuple):
    """What somebody does to the database that moves, or to Lintel."""

    what: str
    table: str = ""


class Held(NamedTuple):
    """Somebody locks a table, and lets go when what was said behind it waits; or has it canceled, or altered."""

    table: str
    end: str


class Text(NamedTuple):
    """A statement with parameters; of a COPY these are the rows of its data."""

    sql: str
    values: tuple[str, ...] = ()

    @property
    def literal(self) -> str:
        """Without parameters."""
        sql = self.sql
        for number, value in enumerate(self.values, 1):
            sql = sql.replace(f"${number}", value if value.isdigit() else f"'{value}'")
        return sql


Step = Said | Ready | Settled | Event | Held


def _read(path: Path) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    texts: list[Text] = []
    for line in path.read_text().splitlines()[1:]:
        if line.startswith("## "):
            texts = found.setdefault(line[3:], [])
            continue
        sql, _, values = line.partition(" -- ")
        texts.append(Text(sql, tuple(values.split(", ")) if values else ()))
    return found


TEXTS = _read(Path(__file__).parent / "talk" / "texts.sql")


class Talk:
    """One conversation of a client of this side; `events` are those that fall into it, `parked` its table k."""

    def __init__(self, seed: str, side: Side, events: Sequence[str] = (), parked: str = "k") -> None:
        self.chance = random.Random(seed)
        self.side = side
        self.events = events
        self.parked = parked
        self.script: list[Step] = []
        self.known: dict[str, Text] = {}  # what was prepared, by name
        self.frozen = False  # a transaction may have an older snapshot, which sees a rewritten table empty (T20)
        self.own = TEXTS[side] + (TEXTS["parking"] if side == "new" else [])

    def script_of(self, acts: int) -> list[Step]:
        """All of it."""
        for _ in range(acts):
            act = self.chance.choices(list(ACTS), list(ACTS.values()))[0]
            act(self)
        self._settle()
        return self.script

    # What is said

    def _text(self) -> Text:
        kinds = {"own": 68, "any": 14, "utility": 15, "copy out": 3}
        kind = self.chance.choices(list(kinds), list(kinds.values()))[0]
        return self._named_k(self.chance.choice(self.own if kind == "own" else TEXTS[kind]))

    def _utility(self) -> Text:
        return self.chance.choice(TEXTS["utility"])

    def _named_k(self, text: Text) -> Text:
        words = [self.parked if word == "k" else word for word in text.sql.split(" ")]
        return text._replace(sql=" ".join(words).replace("k.", f"{self.parked}."))

    def _maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def _say(self, *said: Said) -> None:
        """An event may fall between any two messages."""
        for each in said:
            self.frozen = self.frozen or "REPEATABLE" in each.words
            self.script.append(each)
            if self.events and self._maybe(0.08):
                self._event()

    def _ready(self, count: int = 1) -> None:
        self.script.append(Ready(count))
        if self.events and self._maybe(0.25):
            self._event()

    def _event(self) -> None:
        what, table = self.chance.choice(self.events), self.chance.choice(TABLES)
        if not (table == "y" and self.frozen):
            self.script.append(Event(what, table))

    def _settle(self) -> None:
        self.script += [*(Said("..", frame) for frame in SETTLING), Settled()]

    def _parse(self, name: str, text: Text) -> Said:
        self.known[name] = text
        return Said(f"Parse {name!r} {text.sql}", parse(name, text.sql))

    def _bind(self, name: str, portal: str = "") -> Said:
        values: list[Param] = [
            str(int(value) + self.chance.randint(0, 5)) if value.isdigit() and self._maybe(0.3) else value
            for value in self.known.get(name, Text("")).values
        ]
        frame = bind(name, values, portal, self.chance.choice((0, 0, 1)))
        return Said(f"Bind {portal!r} {name!r} {values}", frame)

    def _run(self, name: str = "", described: float = 0.5) -> list[Said]:
        said = [self._bind(name)]
        if self._maybe(described):
            said.append(Said("Describe P", describe("P")))
        return [*said, _execute("")]

    def _simply(self, sql: str) -> None:
        self._say(Said(f"Query {sql}", query(sql)))
        self._ready()

    def _extended(self, sql: str) -> None:
        self._say(self._parse("", Text(sql)), *self._run(), Said("Sync", SYNC))
        self._ready()

    def _either(self, sql: str) -> None:
        (self._simply if self._maybe(0.6) else self._extended)(sql)

    # What a client does

    def one(self) -> None:
        """A Query."""
        text = self._text() if self._maybe(0.6) else self._utility()
        self._simply(text.literal)

    def several(self) -> None:
        """Statements in one Query."""
        self._simply("; ".join(self._text().literal for _ in range(self.chance.randint(2, 4))))

    def again(self) -> None:
        """The unnamed statement, as most drivers send it, once or more."""
        text = self._text()
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            described = [Said("Describe S", describe("S"))] if self._maybe(0.4) else []
            self._say(self._parse("", text), *described, *self._run(), Said("Sync", SYNC))
            self._ready()

    def named(self) -> None:
        """A statement that stays prepared."""
        name = self.chance.choice(("s1", "s2", "s3"))
        if name not in self.known or self._maybe(0.35):
            said = [Said(f"Close S {name}", close("S", name))] if name in self.known and self._maybe(0.85) else []
            said.append(self._parse(name, self._text()))
            if self._maybe(0.6):
                said.append(_described(name))
            self._say(*said)
            if self._maybe(0.5):
                self._say(Said("Sync", SYNC))
                self._ready()
        for _ in range(self.chance.choice((1, 1, 2))):
            self._say(*([_described(name)] if self._maybe(0.2) else []), *self._run(name))
        self._say(Said("Sync", SYNC))
        self._ready()

    def pipeline(self) -> None:
        """Several in one go, whatever fails."""
        syncs = 1
        for _ in range(self.chance.randint(2, 5)):
            name = self.chance.choice(("", "", "s1", "s2"))
            if not name or name not in self.known:
                self._say(self._parse(name, self._text()))
            self._say(*([_described(name)] if self._maybe(0.3) else []), *self._run(name, 0.4))
            if self._maybe(0.4):
                self._say(Said("Sync", SYNC))
                syncs += 1
                if self._maybe(0.2):
                    sql = self._text().literal
                    self._say(Said(f"Query {sql}", query(sql)))
                    syncs += 1
            elif self._maybe(0.3):
                self._say(Said("Flush", messages.FLUSH_FRAME))
        self._say(Said("Sync", SYNC))
        self._ready(syncs)

    def portals(self) -> None:
        """Row by row, from more than one at a time.

        The unnamed one is not gone on with behind a Sync: where its Bind has failed it is that of a Query, which
        PostgreSQL 18 cannot stand (Execute of the portal of a Query that has failed reads memory that was freed).
        """
        block = self._maybe(0.7)
        if block:
            self._simply("BEGIN")
        ports = self.chance.sample(("", "p1", "p2"), self.chance.randint(1, 2))
        for port in ports:
            name = self.chance.choice(("", "s1", "s2"))
            if not name or name not in self.known:
                self._say(self._parse(name, self._text()))
            self._say(self._bind(name, port))
        for _ in range(self.chance.randint(2, 5)):
            port = self.chance.choice(ports or ["p1"])
            kind = self.chance.random()
            if kind < 0.7:
                self._say(_execute(port, self.chance.choice((0, 1, 2, 2, 3))))
            elif kind < 0.8:
                self._say(Said(f"Describe P {port!r}", describe("P", port)))
            elif kind < 0.87:
                self._say(Said(f"Close P {port!r}", close("P", port)))
            elif block:
                self._say(Said("Sync", SYNC))
                self._ready()
                ports = [port for port in ports if port]
        self._say(Said("Sync", SYNC))
        self._ready()
        if block:
            self._simply(self.chance.choice(("COMMIT", "ROLLBACK", "COMMIT")))

    def block(self) -> None:
        """A transaction with savepoints."""
        self._either("BEGIN")
        for _ in range(self.chance.randint(1, 3)):
            if self._maybe(0.5):
                self._either("SAVEPOINT s")
                self._either(self._text().literal)
                self._either(self.chance.choice(("ROLLBACK TO s", "RELEASE s", "ROLLBACK TO s")))
            else:
                self.again()
        self._either(self.chance.choice(("COMMIT", "ROLLBACK", "COMMIT")))

    def cursor(self) -> None:
        """DECLARE and FETCH, mostly in a transaction."""
        block = self._maybe(0.8)
        if block:
            self._simply("BEGIN")
        reads = [self._named_k(text).literal for text in self.own if text.sql.startswith("SELECT")]
        declared = self.chance.choice(TEXTS["cursor"]).sql
        self._either(f"{declared} {self.chance.choice(reads)}")
        fetched = TEXTS["fetch"] + (TEXTS["scroll"] if "SCROLL" in declared else [])  # else it depends on the plan
        for _ in range(self.chance.randint(1, 4)):
            self._either(self.chance.choice(fetched).sql)
        if self._maybe(0.3):
            name = "nm" if self.side == "old" else "name"
            self._either(f"UPDATE r SET {name} = 'cur' WHERE CURRENT OF c RETURNING *")
        if block:
            self._simply(self.chance.choice(("COMMIT", "ROLLBACK", "COMMIT")))

    def copied(self) -> None:
        """COPY FROM, cut anywhere; alone, among others or in the extended protocol."""
        text = self._named_k(self.chance.choice(TEXTS[f"{self.side} copy"]))
        data = "".join(f"{row}\n" for row in text.values).replace("|", "\t").encode()
        cut = self.chance.randint(0, len(data))
        parts = (data[:cut], data[cut:])
        said = [Said(f"CopyData {part!r}", messages.frame(messages.COPY_DATA, part)) for part in parts]
        said.append(Said("CopyDone", COPY_DONE) if self._maybe(0.8) else Said("CopyFail", COPY_FAIL))
        if self._maybe(0.5):
            more = f"; {self._text().literal}" if self._maybe(0.3) else ""
            self._say(Said(f"Query {text.sql}{more}", query(text.sql + more)), *said)
        else:
            flush = [Said("Flush", messages.FLUSH_FRAME)] if self._maybe(0.3) else []
            self._say(self._parse("", Text(text.sql)), self._bind(""), _execute(""), *flush, *said, Said("Sync", SYNC))
        self._settle()

    def sql_prepared(self) -> None:
        """PREPARE and EXECUTE."""
        name = self.chance.choice(("q1", "s1"))
        text = self._named_k(self.chance.choice([text for text in self.own if not text.sql.startswith("WITH")]))
        if self._maybe(0.6):
            self._simply(f"PREPARE {name} AS {text.sql}")
            self.known[name] = text
        values = [value if value.isdigit() else f"'{value}'" for value in self.known.get(name, Text("")).values]
        self._either(f"EXECUTE {name}" + (f"({', '.join(values)})" if values else ""))
        if self._maybe(0.3):
            self._simply(f"DEALLOCATE {name}")

    def waiting(self) -> None:
        """Something waits for somebody's lock, until that one lets go, or for as long as it may."""
        end = self.chance.choice(("let go", "alter", "cancel", "timeout"))
        text, table = self._text(), self.chance.choice(("o", "r", "y", "d", self.parked))
        if table == "y" and self.frozen and end == "alter":
            return
        if self._maybe(0.3):
            self._simply("BEGIN")
        if end == "timeout":
            self._simply("SET statement_timeout = '40ms'")
        self.script.append(Held(table, end))
        if self._maybe(0.3):
            self.script.append(Said(f"Query {text.literal}", query(text.literal)))
        else:
            self.script += [self._parse("", text), *self._run(), Said("Sync", SYNC)]
        self.script.append(Ready(1))
        if end == "timeout":
            self._simply("ROLLBACK")
            self._simply("SET statement_timeout = 0")

    def odd(self) -> None:
        """Messages that nothing has led to."""
        said: list[Said] = []
        for _ in range(self.chance.randint(1, 4)):
            name, port = self.chance.choice(("", "s1", "zz")), self.chance.choice(("", "p1"))
            kinds = (
                _described(name), Said(f"Describe P {port!r}", describe("P", port)), _execute("p1"), _execute("p1", 1),
                Said(f"Close S {name!r}", close("S", name)), Said(f"Close P {port!r}", close("P", port)),
                self._bind(name, port), Said("Flush", messages.FLUSH_FRAME),
            )  # fmt: skip
            said.append(self.chance.choice(kinds))
        self._say(*said, Said("Sync", SYNC))
        self._ready()


def _execute(portal: str, limit: int = 0) -> Said:
    return Said(f"Execute {portal!r} {limit}", execute(portal, limit))


def _described(name: str) -> Said:
    return Said(f"Describe S {name!r}", describe("S", name))


ACTS = {
    Talk.one: 20, Talk.several: 6, Talk.again: 17, Talk.named: 15, Talk.pipeline: 12, Talk.portals: 8, Talk.block: 6,
    Talk.cursor: 6, Talk.copied: 5, Talk.sql_prepared: 4, Talk.waiting: 6, Talk.odd: 4,
}  # fmt: skip
