"""Plays a conversation twice: on the client's own tables, and through Lintel on tables that others keep altering.

What is heard must be the same, message by message, and what is in the tables afterwards. Knows nothing of how
conversations are made.
"""

import select
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.databases import fresh
from tests.shield import proxy
from tests.shield.planned import RULES, SECONDS
from tests.shield.random_talk import Event, Held, Ready, Said, Side, Step
from tests.shield.reloading import Plans
from tests.shield.twins import done
from tests.shield.wire_client import Client, Row

from lintel.demo.postgres import Server
from lintel.wire import messages

PARKED = tuple(f"k{number}" for number in range(4))  # as many tables whose column comes once
SCHEMA = f"""
CREATE TABLE o (id int PRIMARY KEY, note text, amount int);
CREATE TABLE d (id int PRIMARY KEY, note text, legacy text DEFAULT 'none');
CREATE TABLE r (id int PRIMARY KEY, nm text);
CREATE TABLE y (id int PRIMARY KEY, val int);
CREATE TABLE plain (id int PRIMARY KEY, note text);
{" ".join(f"CREATE TABLE {k} (id int PRIMARY KEY, note text);" for k in PARKED)}
CREATE SCHEMA other;
CREATE TABLE other.r (id int PRIMARY KEY, nm text);
CREATE TABLE other.o (id int, zzz text);
CREATE FUNCTION moved(text) RETURNS text LANGUAGE plpgsql AS
    'BEGIN PERFORM set_config(''search_path'', $1, false); RETURN $1; END';
DO 'BEGIN CREATE ROLE talk_role; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END';
GRANT ALL ON ALL TABLES IN SCHEMA public TO talk_role;
CREATE SCHEMA talk_role AUTHORIZATION talk_role;
CREATE TABLE talk_role.r (id int, own text);
ALTER TABLE talk_role.r OWNER TO talk_role;
"""
ALTERS = {  # there, and back
    "o": ("ALTER TABLE public.o ADD COLUMN prio smallint DEFAULT 7 NOT NULL", "ALTER TABLE public.o DROP COLUMN prio"),
    "d": (
        "ALTER TABLE public.d DROP COLUMN legacy", "ALTER TABLE public.d ADD COLUMN legacy text DEFAULT 'none'",
    ),
    "r": ("ALTER TABLE public.r RENAME COLUMN nm TO name", "ALTER TABLE public.r RENAME COLUMN name TO nm"),
    "y": ("ALTER TABLE public.y ALTER COLUMN val TYPE bigint", "ALTER TABLE public.y ALTER COLUMN val TYPE int"),
}  # fmt: skip
COLUMN = "SELECT FROM pg_attribute WHERE attrelid = 'public.{}'::regclass AND NOT attisdropped AND"
IS_NEW = {
    "o": COLUMN.format("o") + " attname = 'prio'",
    "d": f"SELECT WHERE NOT EXISTS ({COLUMN.format('d')} attname = 'legacy')",
    "r": COLUMN.format("r") + " attname = 'name'",
    "y": COLUMN.format("y") + " attname = 'val' AND atttypid = 20",
}
PLANS = {
    "o": ('[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"\nnot_null = true', "discard"),
    "d": ('[drop]\ncolumn = "legacy"\ntype = "text"\ndefault = "\'none\'"', "discard"),
    "r": ('[rename]\ncolumn = "nm"\nto = "name"', None),
    "y": ('[retype]\ncolumn = "val"\ntype = "bigint"\nfrom = "integer"', None),
    **dict.fromkeys(PARKED, ('[add]\ncolumn = "mood"\ntype = "integer"', "park")),
}
ROWS = f"""
DROP TABLE IF EXISTS other.zz;
DELETE FROM other.r; DELETE FROM other.o; DELETE FROM talk_role.r;
{"".join(f"DELETE FROM {name}; " for name in ("o", "r", "y", "d", "plain", *PARKED))}
INSERT INTO o (id, note, amount) SELECT g, 'n' || g, g * 10 FROM generate_series(1, 6) g;
INSERT INTO d (id, note) SELECT g, 'd' || g FROM generate_series(1, 6) g;
INSERT INTO r SELECT g, 'r' || g FROM generate_series(1, 6) g;
INSERT INTO y SELECT g, g * 100 FROM generate_series(1, 6) g;
INSERT INTO plain SELECT g, 'p' || g FROM generate_series(1, 6) g;
{" ".join(f"INSERT INTO {k} (id, note) SELECT g, 'k' || g FROM generate_series(1, 6) g;" for k in PARKED)}
INSERT INTO other.r SELECT g, 'or' || g FROM generate_series(1, 3) g;
INSERT INTO other.o SELECT g, 'oo' || g FROM generate_series(1, 3) g;
INSERT INTO talk_role.r SELECT g, 'tr' || g FROM generate_series(1, 3) g;
"""
STORED = {
    "old": ("id, note, amount FROM o", "id, note, legacy FROM d", "id, nm FROM r", "id, note FROM {k}"),
    "new": ("id, note, amount, prio FROM o", "id, note FROM d", "id, name FROM r", "id, note, mood FROM {k}"),
}
BOTH = ("id, val FROM y", "* FROM plain", "* FROM other.r")
WAITS = "SELECT FROM pg_stat_activity WHERE pid = {} AND wait_event_type = 'Lock'"
CANCEL = 80877102
CANCELED = ("E", (b"ERROR", b"57014"))  # on a busy machine by the timeout, though nobody stands in its way
OTHER_PATH = ("E", (b"ERROR", b"0A000"))  # prepared under another search_path: Lintel may have prepared it again

_BEGINNINGS = ("1", "2", "3", "t", "n", "T")  # of answers, by their type

Heard = list[tuple[int, bytes]]


class Closed(Exception):
    """The server has closed the connection: what it had to say has been heard."""


class Talker(Client):
    """Hears every message as it came, whenever it comes."""

    def __init__(self, dsn: str, side: Side) -> None:
        self.key = b""  # process and secret, for a cancel request
        super().__init__(dsn, side)
        self._rest = b""
        self.heard: Heard = []
        self.ready = 0  # ReadyForQuery heard

    def _read(self) -> tuple[bytes, bytes]:
        kind, body = super()._read()
        self.key = body if kind == b"K" else self.key
        return kind, body

    def listen(self, seconds: float) -> None:
        """To what comes in this time, or nothing. Raises Closed."""
        if not select.select([self._socket], [], [], seconds)[0]:
            return
        came = self._socket.recv(1 << 16)
        if not came:
            raise Closed
        self._rest += came
        while len(self._rest) >= 5 and len(self._rest) > (length := int.from_bytes(self._rest[1:5], "big")):
            self.heard.append((self._rest[0], self._rest[5 : 1 + length]))
            self.ready += self._rest[0] == messages.READY_FOR_QUERY
            self._rest = self._rest[1 + length :]

    def hear(self, count: int) -> None:
        """Up to this ReadyForQuery since the beginning."""
        deadline = time.monotonic() + SECONDS
        while self.ready < count:
            assert time.monotonic() < deadline, "nothing comes any more"
            self.listen(1)

    def settle(self) -> None:
        """Up to the answer to a Close and its Sync."""
        deadline, known = time.monotonic() + SECONDS, len(self.heard)
        while [kind for kind, _ in self.heard[known:][-2:]] != [messages.CLOSE_COMPLETE, messages.READY_FOR_QUERY]:
            assert time.monotonic() < deadline, "nothing comes any more"
            self.listen(1)

    def cancel(self) -> None:
        """As drivers do: the connection for it is closed by the server."""
        with socket.create_connection(self._socket.getpeername(), SECONDS) as asking:
            asking.sendall(struct.pack("!II", 8 + len(self.key), CANCEL) + self.key)
            while asking.recv(64):
                pass


class Told(NamedTuple):
    """What a conversation came to."""

    heard: Heard
    contents: tuple[list[Row], ...]
    stopped: tuple[bool, ...]  # whether each lock could be had


class World:
    """The client's own tables, `own` by side, and those that move, `front` through Lintel."""

    def __init__(self, own: dict[Side, str], moving: str, front: str, plans: Plans, stack: ExitStack) -> None:
        self.dsns: dict[Side, str] = own
        self.front = front
        self.migrator = stack.enter_context(Client(front, "migrator"))
        self.direct = stack.enter_context(Client(moving, "direct"))
        self.owners = {side: stack.enter_context(Client(dsn, "direct")) for side, dsn in own.items()}
        self.blocker = stack.enter_context(Client(moving, "blocker"))
        self.parked = list(PARKED)  # whose column has not come yet
        self.made = 0
        self.plans = plans
        self.still: frozenset[str] = frozenset()  # nobody alters these, so that their plans may come and go

    def reset(self, turned: Sequence[str], k: str) -> None:
        """The rows of the beginning, with values in this table's new column; of the tables that move these are new."""
        self.still = frozenset()
        self.plans.restore()
        for table in ALTERS:
            self.turn(table, new=table in turned)
        for client in (self.direct, *self.owners.values()):
            done(client, ROWS)
        with Client(self.front, "new") as new:
            for client in (self.owners["new"], new):
                done(client, f"UPDATE {k} SET mood = id % 3 WHERE id < 5")

    def turn(self, table: str, *, new: bool | None = None, by: Client | None = None) -> None:
        """To this side or the other; not where somebody has it locked. A parked column comes, and stays."""
        if table in self.still:
            return
        if table in PARKED:
            self._land(table, by or self.direct)
            return
        is_new = self.direct.simple(IS_NEW[table]).results[0].tag == "SELECT 1"
        if new != is_new:
            there, back = ALTERS[table]
            (by or self.direct).simple(f"SET LOCAL lock_timeout = '50ms'; {back if is_new else there}")

    def _land(self, table: str, by: Client) -> None:
        if table in self.parked:
            reply = by.simple(f"SET LOCAL lock_timeout = '50ms'; ALTER TABLE public.{table} ADD COLUMN mood integer")
            if reply.error is None:
                self.parked.remove(table)

    def _happen(self, event: Event, k: str) -> None:
        """To the database that moves."""
        if event.what == "alter":
            self.turn(event.table)
        elif event.what == "alter through":
            self.turn(event.table, by=self.migrator)
        elif event.what == "land":
            self.turn(k)
        elif event.what == "reload":
            self.plans.keep_away(*(self.plans.away ^ ({event.table} & self.still)))
        elif event.what == "switch":
            self.plans.switch(off=not self.plans.off)
        elif event.what == "make":
            self.made += 1
            done(self.migrator, f"CREATE TABLE made_{self.made} (a int)")

    def difference(self, script: Sequence[Step], side: Side, k: str) -> str | None:
        """Between the two ways, below what was said; empty where it was refused."""
        found = differs(*(self.played(script, side, k, moving=moving) for moving in (False, True)))
        said = "\n".join(f"  {step.words if isinstance(step, Said) else step}" for step in script)
        return f"{said}\n{found}" if found else found

    def played(self, script: Sequence[Step], side: Side, k: str, *, moving: bool) -> Told:
        """What the client is told, and leaves; nothing happens to its own tables."""
        dsn = self.front if moving else self.dsns[side]
        stopped: list[bool] = []
        blocker = self.blocker if moving else self.owners[side]
        with Talker(dsn, side) as talker:
            try:
                self._talked(talker, script, k, blocker, stopped, moving=moving)
            except Closed:
                blocker.simple("ROLLBACK")  # it may still be in the way
        with Client(dsn, side) as after:
            texts = [*STORED[side], *BOTH]
            held_there = tuple(done(after, f"SELECT {text.format(k=k)} ORDER BY 1") for text in texts)
        return Told(talker.heard, held_there, tuple(stopped))

    def _talked(
        self, talker: Talker, script: Sequence[Step], k: str, blocker: Client, stopped: list[bool], *, moving: bool
    ) -> None:
        """What was said and heard, and whether the blocker got each lock in its turn."""
        wanted, said, held = 0, b"", None
        for step in script:
            if isinstance(step, Said):
                said += step.frame
                continue
            talker.send(said)
            said = b""
            if isinstance(step, Ready):
                wanted += step.more
                if held is not None:
                    self._let_go(blocker, held, talker, wanted, moving=moving)
                    held = None
                talker.hear(wanted)
            elif isinstance(step, Held):
                locked = blocker.simple(f"BEGIN; SET LOCAL lock_timeout = '50ms'; LOCK TABLE public.{step.table}")
                held = step
                stopped.append(locked.error is None)
            elif isinstance(step, Event):
                if moving:
                    self._happen(step, k)
            else:
                talker.settle()
                wanted = talker.ready

    def _let_go(self, blocker: Client, held: Held, talker: Talker, wanted: int, *, moving: bool) -> None:
        """When the client waits for it, or does not have to."""
        deadline = time.monotonic() + SECONDS
        while talker.ready < wanted and self.direct.simple(WAITS.format(talker.pid)).results[0].tag == "SELECT 0":
            assert time.monotonic() < deadline, "neither an answer nor a wait"
            talker.listen(0.002)
        if held.end == "alter" and moving:
            self.turn(held.table, by=blocker)
        while held.end == "cancel" and talker.ready < wanted and time.monotonic() < deadline:
            talker.cancel()
            talker.listen(0.2)
        if held.end == "timeout":
            talker.hear(wanted)
        blocker.simple("COMMIT")


@contextmanager
def worlds(server: Server, directory: Path) -> Iterator[World]:
    """A fresh one."""
    with ExitStack() as stack:
        dsns = {name: stack.enter_context(fresh(server)) for name in ("old", "new", "moving")}
        for name, dsn in dsns.items():
            with Client(dsn, "direct") as first:
                done(first, SCHEMA)
                if name == "new":
                    alters = [there for there, _ in ALTERS.values()]
                    done(first, "; ".join([*alters, *(f"ALTER TABLE {k} ADD COLUMN mood integer" for k in PARKED)]))
        files = {name: directory / f"{name}.toml" for name in PLANS}
        for name, (change, writes) in PLANS.items():
            kept = f'[shield]\nabsent_writes = "{writes}"\n' if writes else ""
            head = f'id = "{name}"\npurpose = "x"\ntable = "public.{name}"\n'
            files[name].write_text(f"{head}{change}\n{kept}{RULES}")
        port, admin = stack.enter_context(proxy.in_front_of(dsns["moving"], list(files.values())))
        where = urlsplit(dsns["moving"])
        front = where._replace(netloc=f"{where.netloc.rpartition('@')[0]}@127.0.0.1:{port}").geturl()
        yield World({"old": dsns["old"], "new": dsns["new"]}, dsns["moving"], front, Plans(admin, files), stack)


def differences(
    difference: Callable[[World, str], str | None], server: Server, directory: Path, seeds: Iterable[int]
) -> tuple[list[str], Counter[bool]]:
    """Of as many conversations in one world, by what makes and plays one; and how many were served to their end."""
    found: list[str] = []
    served: Counter[bool] = Counter()
    with worlds(server, directory) as world:
        for seed in seeds:
            one = difference(world, str(seed))
            served[one is None] += 1
            found += [one] if one else []
    return found, served


def differs(wanted: Told, got: Told) -> str | None:
    """Where the two part; an empty text: by a refusal or the clock, behind which nothing can be compared."""
    if wanted.stopped != got.stopped:
        return ""
    one, other = shown(wanted.heard), shown(got.heard)
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if at < max(len(one), len(other)):
        if _is_refused(got.heard, other[:at]) or CANCELED in (*one[at : at + 1], *other[at : at + 1]):
            return ""
        if one[at : at + 1] == [OTHER_PATH]:
            return ""
        return f"{at}:\n  wanted {one[at : at + 3]}\n  got    {other[at : at + 3]}"
    if wanted.contents != got.contents:
        return f"contents:\n  wanted {wanted.contents}\n  got    {got.contents}"
    return None


def _is_refused(heard: Heard, before: list[tuple[str, object]]) -> bool:
    """Whether the first error behind these is a refusal."""
    errors = [body for kind, body in heard if kind == messages.ERROR_RESPONSE]
    return any(b"\0Mlintel: " in body for body in errors[sum(kind == "E" for kind, _ in before) :][:1])


def shown(heard: Heard) -> list[tuple[str, object]]:
    """What a client can act upon; rows that follow each other in the order of their bytes.

    Nothing of what has failed: how far it comes before is the plan's affair, and what is prepared again fails sooner.
    """
    found: list[tuple[str, object]] = []
    rows: list[bytes] = []
    for kind, body in heard:
        if kind in (messages.DATA_ROW, messages.COPY_DATA):
            rows.append(body)
            continue
        if rows and kind != messages.ERROR_RESPONSE:
            found.append(("rows", sorted(rows)))
        rows = []
        if kind in (messages.ERROR_RESPONSE, messages.NOTICE_RESPONSE):
            while kind == messages.ERROR_RESPONSE and found and found[-1][0] in _BEGINNINGS:
                found.pop()
            fields = dict(messages.fields(bytes(5) + body))
            found.append((chr(kind), tuple(fields.get(code, b"") for code in b"VC")))
        elif kind == messages.ROW_DESCRIPTION:
            found.append(("T", tuple(_described(body))))
        elif kind == messages.NOTIFICATION_RESPONSE:
            found.append(("A", body[4:]))
        elif kind != messages.BACKEND_KEY_DATA:
            found.append((chr(kind), body))
    return found


def _described(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names, types and formats, without where they are stored."""
    at = 2
    while at < len(body):
        end = body.index(b"\0", at)
        yield body[at:end], body[end + 7 : end + 19]
        at = end + 19
