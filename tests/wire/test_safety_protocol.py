"""The protocol section of the check catalogue: what a client hears through `lintel serve` is what the server says.

Most checks are programs (programs/NN_*.txt, NN being the check), spoken to a real server directly and through Lintel in
several slicings. What no program can express stands below.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from tests.e2e.proxy import Proxy
from tests.wire.playbook import Slicing, bytewise, randomly, whole
from tests.wire.recital import Program, Reciter, comparable

from lintel.demo.postgres import Server

PROGRAMS = [Program(path) for path in sorted((Path(__file__).parent / "programs").glob("*.txt"))]
SLICINGS = {"whole": whole, "bytewise": bytewise, "random": randomly(7)}
PLAN = """
id = "o-prio"
purpose = "a test"
table = "public.o"

[add]
column = "prio"
type = "smallint"
default = "0"
not_null = true
"""


@dataclass(frozen=True)
class Ways:
    """To one database: directly, through a Lintel, and through one that has a plan for public.o."""

    dsn: str
    plain: Proxy
    planned: Proxy

    def reciter(self, program: Program, slicing: Slicing | None) -> Reciter:
        """Directly without a slicing; the table that the plan is for is as it was."""
        with psycopg.connect(self.dsn, autocommit=True) as control:
            control.execute("DROP TABLE IF EXISTS public.o; CREATE TABLE public.o (id int)")
        if slicing is None:
            return Reciter(self.dsn, whole)
        proxy = self.planned if program.planned else self.plain
        return Reciter(self.dsn, slicing, host=proxy.host, port=proxy.port)


@pytest.fixture(scope="module")
def ways(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    """For the whole module, as two `lintel serve` take a while to start."""
    plan = tmp_path_factory.mktemp("plans") / "plan.toml"
    plan.write_text(PLAN)
    with psycopg.connect(server.dsn(), autocommit=True) as control, ExitStack() as stack:
        control.execute("CREATE DATABASE safety")
        stack.callback(control.execute, "DROP DATABASE safety WITH (FORCE)")
        dsn = server.dsn("safety")
        plain = stack.enter_context(Proxy(dsn))
        yield Ways(dsn, plain, stack.enter_context(Proxy(dsn, "--plan", str(plan))))
        assert "Traceback" not in plain.log


def recited(ways: Ways, program: Program, slicing: Slicing | None) -> list[str]:
    with ways.reciter(program, slicing) as reciter:
        return comparable(reciter.recite(program), program.planned)


@pytest.mark.parametrize("slicing", SLICINGS.values(), ids=SLICINGS)
@pytest.mark.parametrize(
    "program", [pytest.param(one, id=one.path.stem, marks=pytest.mark.check(one.check)) for one in PROGRAMS]
)
def test_program(ways: Ways, program: Program, slicing: Slicing) -> None:
    directly = recited(ways, program, None)
    assert recited(ways, program, slicing) == directly
