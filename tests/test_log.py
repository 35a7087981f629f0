"""Log lines: one event a line whatever is in it, and nothing that a client's SQL carried."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from lintel import log
from lintel.config.errors import ConfigError

CANARY = "c4n4ry-7731"


@dataclass
class Statement:
    text: str


class Lines(io.StringIO):
    def parsed(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = Lines()
    log.configure("info", "json", stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def test_an_event_is_one_json_line_with_time_level_and_values(lines: Lines) -> None:
    structlog.get_logger("lintel.session").warning("server unreachable", host="10.0.0.1", attempts=3, path=Path("/x"))
    (line,) = lines.parsed()
    assert list(line)[:3] == ["time", "level", "event"]
    assert line["level"] == "warning"
    assert (line["event"], line["host"], line["attempts"], line["path"]) == ("server unreachable", "10.0.0.1", 3, "/x")


@pytest.mark.check(30)
@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    "name",
    ["a\r\nforged level=error", "\x1b[2J\x1b[31mred", "a\x00b", "\x9b31m", "a\u2028b", "\u202egnp.exe", "\x7f\b"],
)
def test_a_name_cannot_forge_a_line(lines: Lines, form: log.Form, name: str) -> None:
    log.configure("info", form, lines)
    structlog.get_logger().info("session opened " + name, application_name=name)
    logging.getLogger("asyncpg").warning("notice about %s", name)
    written = lines.getvalue()
    assert written.count("\n") == 2
    assert len(written.splitlines()) == 2
    assert not set(written) & {*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), "\u2028", "\u202e"} - {"\n"}


def test_what_a_statement_carried_never_leaves(lines: Lines) -> None:
    logger = structlog.get_logger("lintel")
    sql = f"SELECT '{CANARY}'"
    logger.info("seen", text=sql.encode(), statement=Statement(sql), seen={sql: 1}, many=[sql.encode(), Statement(sql)])
    decisions: dict[str, int] = {}
    try:
        decisions[sql]
    except KeyError as error:
        logger.exception("decision failed", cause=error)
        logger.error("decision failed", exc_info=error)
        logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=error)
    assert len(lines.parsed()) == 4
    assert CANARY not in lines.getvalue()


def test_what_the_event_loop_reports_keeps_its_first_line_only(lines: Lines) -> None:
    async def fails() -> None:
        raise KeyError(CANARY)

    async def forgotten() -> None:
        task = asyncio.create_task(fails())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(forgotten())
    (line,) = lines.parsed()
    assert line["event"] == "Task exception was never retrieved"
    assert line["error"] == "KeyError"
    assert CANARY not in lines.getvalue()


def test_an_error_says_where_and_our_own_say_what(lines: Lines) -> None:
    try:
        raise ConfigError("lintel.toml", "server.dsn", "a libpq connection string")
    except ConfigError:
        structlog.get_logger().exception("cannot start")
    (line,) = lines.parsed()
    assert line["error"] == "ConfigError: lintel.toml: server.dsn: a libpq connection string"
    assert line["at"][-1].startswith("test_log.py:")


@pytest.mark.parametrize(
    "dsn", [f"postgresql://me:{CANARY}@db/x", f"host=db password={CANARY}", f"password = '{CANARY} x'"]
)
def test_passwords_in_connection_strings_are_masked(lines: Lines, dsn: str) -> None:
    structlog.get_logger().info("connecting", server=dsn)
    assert CANARY not in lines.getvalue()
    assert "***" in lines.getvalue()


def test_text_is_cut(lines: Lines) -> None:
    structlog.get_logger().info("long", value="x" * 1_000_000)
    assert len(lines.getvalue()) < 1_500


def test_the_level_counts_for_everybody(lines: Lines) -> None:
    structlog.get_logger("lintel").debug("hidden")
    logging.getLogger("asyncpg").debug("hidden")
    assert lines.getvalue() == ""
