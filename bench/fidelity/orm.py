"""Statements of SQLAlchemy and Django, taken down while parts of their own test suites run (bench.oracle.captured).

What makes tables and rows becomes the database, as far as it goes together; every other text that such a database
accepts is a statement of the corpus.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.oracle import captured
from bench.oracle.relay import Session
from bench.suites.sources import Place

_MAKING = ("create table", "create sequence", "create unique index", "create extension", "create type", "alter table")
_ASKING = ("select", "insert", "update", "delete", "with", "(")
# Those whose tests share their tables: what the suites make anew for each test cannot be asked together.
SQLALCHEMY = tuple(
    f"test/orm/{path}.py"
    for path in ("test_query", "test_eager_relations", "test_subquery_relations", "test_selectin_relations",
                 "test_lazy_relations", "test_core_compilation", "test_froms", "test_joins", "test_of_type",
                 "test_unitofwork", "declarative/test_basic")
)  # fmt: skip
DJANGO = (
    "aggregation aggregation_regress annotations basic bulk_create db_functions defer delete expressions "
    "expressions_case expressions_window lookup m2m_through many_to_many many_to_one model_inheritance ordering "
    "prefetch_related queries select_for_update select_related update"
)


@dataclass(slots=True)
class Captured:
    """What a suite has sent, in order and without repetitions."""

    making: dict[str, None] = field(default_factory=dict)
    asking: dict[str, None] = field(default_factory=dict)


class _Listening:
    """Takes down what one session's client sends and the server accepts."""

    def __init__(self, captured: Captured) -> None:
        self._captured = captured
        self._pending = ""

    def before(self, text: bytes) -> None:
        """Before it runs."""
        self._pending = text.decode("utf-8", "replace").strip()

    def after(self, _: str, sqlstate: str | None) -> None:
        """It has run."""
        words = " ".join(self._pending[:60].lower().split())
        if sqlstate is None and words.startswith(_MAKING):
            self._captured.making[self._pending] = None
        elif sqlstate is None and words.startswith(_ASKING) and "pg_catalog" not in self._pending:
            self._captured.asking[self._pending] = None


def capture(name: str, major: int, place: Place) -> Captured:
    """Run the suite: SQLAlchemy's or Django's."""
    found = Captured()
    run: Callable[..., Any] = captured.run_sqlalchemy if name == "sqlalchemy" else captured.run_django

    def listener(_: Session) -> _Listening:
        return _Listening(found)

    run(major, place, listener, SQLALCHEMY if name == "sqlalchemy" else DJANGO)
    return found
