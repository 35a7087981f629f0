"""`./dev bench shield`: what a rewritten statement costs over one that is relayed, once its text is known.

No socket and no server: bytes of a client and of a server go through a Conversation, by turns for two sessions that
send the same text, one with a plan on its table and one without. What is counted is this process's CPU.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.metrics import Counters
from lintel.plan.clients import ClientAttributes
from lintel.policy import Policy
from lintel.wire import messages
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Decision, Settings

LIMIT_US = 3.0  # over a relayed statement, in pure Python
STATEMENTS = 2_000  # of a round
ROUNDS = 41
TABLE = b"CREATE TABLE orders (id int PRIMARY KEY, customer int, total numeric)"
PLAN = """
id = "p"
purpose = "x"
table = "public.orders"
[add]
column = "priority"
type = "smallint"
default = "0"
"""
TEXT = b"SELECT * FROM orders WHERE id = $1"
VALUE = b"\0\0\0\1\0\0\0\1\x37\0\0"  # one parameter, as text; results as text

_SYNC = messages.SYNC_FRAME
_BIND = b"\0%b" + VALUE
_EXECUTE = messages.describe(b"P", b"") + messages.execute(b"") + _SYNC
_READY = messages.frame(messages.READY_FOR_QUERY, b"I")
_DONE = messages.frame(messages.COMMAND_COMPLETE, b"SELECT 1\0") + _READY
_ROW = messages.frame(messages.DATA_ROW, b"\0\3" + b"\0\0\0\1\x37" * 3)
_FIELDS = b"".join(name + b"\0" + bytes(18) for name in (b"id", b"customer", b"total"))
_ROWS = messages.frame(messages.ROW_DESCRIPTION, b"\0\3" + _FIELDS) + _ROW + _DONE
_PARSED = messages.frame(messages.PARSE_COMPLETE, b"")
_BOUND = messages.frame(messages.BIND_COMPLETE, b"")


@dataclass(frozen=True, slots=True)
class Way:
    """What a client sends for one statement and what the server answers; `first` and its answer come once before."""

    name: str
    sent: bytes
    answered: bytes
    first: bytes = b""
    first_answered: bytes = b""


WAYS = (
    Way(
        "prepared",
        messages.frame(messages.BIND, _BIND % b"s\0") + _EXECUTE,
        _BOUND + _ROWS,
        messages.parse(b"s", TEXT, b"\0\0") + _SYNC,
        _PARSED + _READY,
    ),
    Way(
        "extended",
        messages.parse(b"", TEXT, b"\0\0") + messages.frame(messages.BIND, _BIND % b"\0") + _EXECUTE,
        _PARSED + _BOUND + _ROWS,
    ),
    Way("simple", messages.query(TEXT.replace(b"$1", b"7")), _ROWS),
)


def _opened(plans: tuple[plan.Plan, ...]) -> Conversation:
    """A session that is ready, and whose search_path is known."""
    policy = Policy(schema_of(TABLE), plans)
    client = ClientAttributes("app", "me", "shop", None)
    counts: dict[int, int] = {}

    def completed(decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:  # noqa: ARG001
        counts[id(decision)] = counts.get(id(decision), 0) + 1

    conversation = Conversation(lambda settings: policy.context_for(settings, client), completed, Settings(),
                                counts=Counters())  # fmt: skip
    conversation.server.receive(messages.authentication(messages.AUTHENTICATION_OK))
    conversation.server.receive(messages.frame(messages.PARAMETER_STATUS, b"client_encoding\0UTF8\0"))
    conversation.server.receive(_READY)
    assert conversation.take_to_server()
    closed = messages.frame(messages.CLOSE_COMPLETE, b"")
    for value in (b"public", b"none"):
        row = messages.frame(messages.DATA_ROW, b"\0\1" + len(value).to_bytes(4, "big") + value)
        shown = messages.frame(messages.COMMAND_COMPLETE, b"SHOW\0")
        conversation.server.receive(_PARSED + _BOUND + row + shown + closed + closed)
    conversation.server.receive(_READY)
    return conversation


def _session(way: Way, plans: tuple[plan.Plan, ...]) -> Callable[[], float]:
    """Called for a round: CPU microseconds for each statement."""
    conversation = _opened(plans)
    passed_on = b""
    if way.first:
        passed_on += conversation.client.receive(way.first)
        conversation.server.receive(way.first_answered)
    passed_on += conversation.client.receive(way.sent)
    assert conversation.server.receive(way.answered) == way.answered
    assert (passed_on != way.first + way.sent) == bool(plans)
    client, server, sent, answered = conversation.client.receive, conversation.server.receive, way.sent, way.answered

    def round_() -> float:
        began = time.thread_time_ns()
        for _ in range(STATEMENTS):
            client(sent)
            server(answered)
        return (time.thread_time_ns() - began) / STATEMENTS / 1000

    return round_


def measured(rounds: int = ROUNDS) -> dict[str, dict[str, float]]:
    """Medians by way: relayed, rewritten, and the median of what they differ by within a round."""
    found: dict[str, dict[str, float]] = {}
    for way in WAYS:
        relayed, rewritten = _session(way, ()), _session(way, (plan.parse(PLAN, "plan.toml"),))
        pairs = [(relayed(), rewritten()) for _ in range(rounds)]
        found[way.name] = {
            "relayed_us": round(median(one for one, _ in pairs), 2),
            "rewritten_us": round(median(other for _, other in pairs), 2),
            "over_us": round(median(other - one for one, other in pairs), 2),
        }
    return found


def main(arguments: list[str]) -> int:
    """The exit code: 1 where a rewritten statement costs more than LIMIT_US over a relayed one."""
    parser = argparse.ArgumentParser(prog="./dev bench shield", description=__doc__)
    parser.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    given = parser.parse_args(arguments)
    found = measured()
    for name, figures in found.items():
        print(
            "{:10} relayed {relayed_us:6.2f} us, rewritten {rewritten_us:6.2f}, over {over_us:5.2f}".format(
                name, **figures
            )
        )
    worst = max(figures["over_us"] for figures in found.values())
    if given.json:
        print(json.dumps({"ways": found, "over_us": worst, "limit_us": LIMIT_US}), flush=True)
    return 0 if worst <= LIMIT_US else 1
