"""The demo from curtain to curtain: puts server, proxy, story and screen together, and judges the outcome."""

import asyncio
import contextlib
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from lintel.demo import postgres, recorded, rewriting, shop, story
from lintel.demo.screen import Screen
from lintel.demo.services import BillingV1, BillingV2, Reporting
from lintel.demo.stage import NotReady, Running, serving
from lintel.demo.tally import Tally, added
from lintel.schema import Schema

LIVE_PACE_SECONDS = 0.25
FIRST_LIVE_ORDER = 10_000  # beyond what the story placed


def main(*, once: bool, as_json: bool, bindir: Path | None) -> int:
    """The exit code: 0 if no service met an error, or a wrong answer, through Lintel."""
    console = Console(stderr=as_json, highlight=False)
    try:
        with postgres.launch(bindir) as server:
            return asyncio.run(_perform(server, Screen(console), once=once, as_json=as_json))
    except (postgres.NoPostgres, NotReady) as problem:
        print(f"lintel demo: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


async def _perform(server: postgres.Server, screen: Screen, *, once: bool, as_json: bool) -> int:
    _introduce(screen, server)
    direct = await _without_lintel(server, screen)
    with tempfile.TemporaryDirectory(prefix="lintel-demo-") as directory:
        lintel = await _with_lintel(server, screen, Path(directory), direct, once=once)
    if as_json:
        print(json.dumps({"direct": _counts(direct), "lintel": _counts(lintel)}), flush=True)
    return 0 if all(tally.clean for tally in lintel) else 1


async def _without_lintel(server: postgres.Server, screen: Screen) -> list[Tally]:
    screen.act("1 · Straight at Postgres")
    dsn = server.dsn("shop_before_lintel")
    await shop.create(server.dsn(), "shop_before_lintel", dsn)
    tallies = await story.play(dsn, dsn, screen)
    screen.gap()
    return tallies


async def _with_lintel(
    server: postgres.Server, screen: Screen, directory: Path, direct: Sequence[Tally], *, once: bool
) -> list[Tally]:
    screen.act("2 · Through Lintel")
    await shop.create(server.dsn(), "shop", server.dsn("shop"))
    plan, store = directory / shop.PLAN_FILE, directory / "lintel.db"
    plan.write_text(shop.PLAN)
    screen.say("The same again, but the services connect to Lintel, and one file says what is coming:")
    screen.code(shop.PLAN, "toml")
    screen.say("Lintel gives the server texts that mean the same with and without the column:")
    before = await shop.schema(server.dsn("shop"))
    screen.texts(rewriting.examples(before))
    address = f"postgresql://{server.user}@{server.host}:{server.port}/shop"
    async with serving(address, server.password, store, plan, directory / "serve.log") as running:
        front = f"postgresql://{server.user}:{server.password}@{running.host}:{running.port}/shop"
        tallies = await story.play(front, server.dsn("shop"), screen)
        await _show_recorded(screen, store, before)
        screen.closing(direct, tallies)
        _verdict(screen, direct, tallies)
        if not once:
            await _stay(screen, server, front, running, store)
        return tallies


def _introduce(screen: Screen, server: postgres.Server) -> None:
    screen.title(f"PostgreSQL {server.version}")
    screen.say("Three services share one table:")
    screen.pairs([(service.name, service.about) for service in (BillingV1, BillingV2, Reporting)])
    screen.say("One day, somebody adds a column to it:")
    screen.code(f"{shop.ALTER};", "sql")
    screen.say("The story is played twice, to the letter: straight at Postgres, then through Lintel.")


async def _show_recorded(screen: Screen, store: Path, before: Schema) -> None:
    await asyncio.sleep(recorded.SECONDS)
    screen.gap()
    screen.command("lintel report", "who was seen using orders, and how; literals are not kept")
    screen.usages(recorded.usages(store))
    screen.command("lintel impact", "whom the ALTER breaks without Lintel, known beforehand")
    screen.warnings(recorded.warnings(store, before))


def _verdict(screen: Screen, direct: Sequence[Tally], lintel: Sequence[Tally]) -> None:
    if all(tally.clean for tally in lintel):
        screen.say(Text(f"Straight at Postgres {_told(direct)}; through Lintel none.", "bold green"))
    else:
        screen.say(Text(f"Through Lintel {_told(lintel)}. That should not have happened.", "bold red"))


def _told(tallies: Sequence[Tally]) -> str:
    total = added(tallies)
    return f"{total.errors} statements failed and {total.wrong} answers were wrong"


async def _stay(screen: Screen, server: postgres.Server, front: str, running: Running, store: Path) -> None:
    psql = "psql" if shutil.which("psql") else server.bindir / "psql"
    lintel = "lintel" if shutil.which("lintel") else Path(sys.executable).with_name("lintel")
    direct = server.dsn("shop")
    screen.act("3 · Your turn")
    screen.say("The services go on, through Lintel, until you press Ctrl-C. Meanwhile, from another terminal:")
    screen.commands(
        [
            ("through Lintel, as old code: SELECT * FROM orders LIMIT 3", f"{psql} {front}"),
            ("straight at Postgres: the same, or ALTER TABLE orders DROP COLUMN priority", f"{psql} {direct}"),
            ("who uses what", f"{lintel} report --store {store}"),
            ("metrics", f"curl http://{running.admin}/metrics"),
        ]
    )
    stop = asyncio.Event()
    with contextlib.ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
            stack.callback(asyncio.get_running_loop().remove_signal_handler, number)
        async with story.services(front, FIRST_LIVE_ORDER) as cast:
            with screen.watching([service.tally for service in cast]):
                await story.run(cast, LIVE_PACE_SECONDS, 0, stop)


def _counts(tallies: Sequence[Tally]) -> dict[str, int]:
    total = added(tallies)
    return {"statements": total.statements, "errors": total.errors, "wrong": total.wrong}
