"""The process that reads: begun when something waits, ended when it is late, dead, idle or not wanted any longer."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from lintel.brief import Brief, BriefTable
from lintel.metrics import Counters
from lintel.referee.referee import MAX_WAITING, READER, Pace, Referee
from lintel.referee.request import Opinion, Request
from lintel.referee.telling import told

COLUMNS = (("id", "public.o.id"), ("note", "public.o.note"))
TABLE = BriefTable("public", "o", COLUMNS, (*COLUMNS, ("prio", "public.o.prio")), (("prio", "public.o.prio"),))
RIGHT = "(SELECT lintel_t.id, lintel_t.note FROM public.o AS lintel_t) AS o"
WRONG = "(SELECT lintel_t.note, lintel_t.id FROM public.o AS lintel_t) AS o"
SOON = Pace(begin=0.0, reading=60.0, dead=0.0, idle=60.0, rest=0.0)

Answers = Callable[[], bytes]


def request(number: int = 0, item: str = RIGHT) -> Request:
    client = f"SELECT *, id AS n{number} FROM o"
    brief = Brief(client, client.replace("FROM o", f"FROM {item}"), ("public",), (TABLE,))
    return Request("shop", ("o-prio",), brief)


@asynccontextmanager
async def referee(code: str | None = None, pace: Pace = SOON) -> AsyncIterator[Referee]:
    """One whose process runs this code instead, if there is any."""
    made = Referee(READER if code is None else (sys.executable, "-c", f"import sys, time\n{code}"), pace)
    try:
        yield made
    finally:
        await made.close()


async def heard(referee: Referee, *requests: Request) -> list[Opinion]:
    """All their opinions."""
    found: asyncio.Queue[Opinion] = asyncio.Queue()
    for one in requests:
        referee.offer(one, found.put_nowait)
    return [await found.get() for _ in requests]


async def begun(referee: Referee) -> int:
    """The id of its process, once there is one."""
    while (pid := referee.pid) is None:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    return pid


async def test_it_agrees_and_disagrees() -> None:
    async with referee() as one:
        right, wrong, unread = await heard(
            one, request(1), request(2, WRONG), request(3, "LATERAL ROWS FROM (f(1), g(2))")
        )
    assert (right.verdict, right.why) == ("agrees", ())
    assert wrong.verdict == "disagrees"
    assert wrong.why[0].startswith("outputs: id of public.o.id, note of public.o.note")
    assert unread.verdict == "unread"


async def test_what_was_asked_is_not_asked_again() -> None:
    async with referee("for line in sys.stdin: print('{\"differences\": []}', flush=True)") as one:
        await heard(one, request())
        again: list[Opinion] = []
        one.offer(request(), again.append)
        await heard(one, request(1))
    assert again == []


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("sys.stdin.readline()", "its process ended"),
        ("import os; sys.stdin.readline(); os.kill(os.getpid(), 11)", "its process ended"),
        ("sys.stdin.readline(); print('what'); time.sleep(60)", "its process ended"),
        ("sys.stdin.readline(); print('x' * (1 << 21)); time.sleep(60)", "its process ended"),
        ("time.sleep(60)", "it took too long"),
        ("raise SystemExit(1)", "its process ended"),
    ],
)
async def test_a_process_that_says_nothing_is_ended_and_another_begun(code: str, why: str) -> None:
    """The second brief, too, gets a process of its own."""
    pace = Pace(begin=0.0, reading=2.0, dead=0.0, rest=0.0)
    async with referee(f"print(end='', flush=True)\n{code}", pace) as one:
        opinions = await heard(one, request(1), request(2))
        assert one.pid is None
    assert [(said.verdict, said.why) for said in opinions] == [("unread", (why,))] * 2


async def test_no_more_wait_than_there_is_room_for() -> None:
    """The others are skipped, at once."""
    found: list[Opinion] = []
    async with referee(pace=Pace(begin=60.0)) as one:
        for number in range(MAX_WAITING + 5):
            one.offer(request(number), found.append)
        assert one.pid is None
    assert [said.verdict for said in found] == ["skipped"] * 5


async def test_an_idle_process_is_ended_and_begun_again() -> None:
    code = "for line in sys.stdin: print('{\"differences\": []}', flush=True)"
    async with referee(code, Pace(begin=0.0, reading=30.0, idle=0.0, rest=0.0)) as one:
        assert [said.verdict for said in await heard(one, request(1))] == ["agrees"]
        assert [said.verdict for said in await heard(one, request(2))] == ["agrees"]


async def test_nothing_is_left_of_it() -> None:
    """Also where it does not listen to the end of its input."""
    found: list[Opinion] = []
    async with referee("print(end='', flush=True); time.sleep(600)") as one:
        one.offer(request(), found.append)
        pid = await begun(one)
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert found == []


async def test_a_reader_whose_other_end_is_gone_ends_by_itself() -> None:
    process = await asyncio.create_subprocess_exec(*READER, stdin=asyncio.subprocess.PIPE)
    await asyncio.wait_for(process.communicate(b""), 60)
    assert process.returncode == 0


async def test_it_has_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "canary4711")
    code = "import os, json\nfor line in sys.stdin: print(json.dumps({'unread': str(dict(os.environ))}), flush=True)"
    async with referee(code) as one:
        (said,) = await heard(one, request())
    assert "canary4711" not in said.why[0]


def test_only_a_disagreement_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """All are counted; the log has both texts and the differences."""
    counters = Counters()
    for verdict in ("agrees", "unread", "skipped"):
        told(Opinion(request(), verdict, ("why",)), counters)
    assert capsys.readouterr().out == ""
    told(Opinion(request(item=WRONG), "disagrees", ("outputs: this; for the server that",)), counters)
    line = capsys.readouterr().out
    assert all(part in line for part in ("shop", "o-prio", "SELECT *", "lintel_t.note, lintel_t.id", "outputs: this"))
    assert counters.readings == {"agrees": 1, "disagrees": 1, "unread": 1, "skipped": 1}


def test_a_reader_whose_lintel_was_killed_ends() -> None:
    """In the middle of a text that takes for ever: by what it may take of the CPU."""
    code = (
        "import resource, subprocess, sys\n"
        "from lintel.referee import reader\n"
        "reader.CPU_SECONDS = 1\n"
        "def forever(given):\n"
        "    while True: pass\n"
        "reader._said = forever\n"
        "reader.main()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write("[]\n")
    process.stdin.close()
    assert process.wait(60) == -signal.SIGXCPU
