"""The parts of `./dev bench oracle` that need no server: what is cut out, what is compared, what is read of a tree."""

import pytest
from bench.oracle.compare import Count, differences, output_differences
from bench.oracle.held import Held, held
from bench.oracle.limits import limit
from bench.oracle.oracle import Output
from bench.oracle.tree import Named, Rejection, read, verdict

from lintel.analysis import Facts
from lintel.analysis.meanings import Col, Expr, Merged

BEFORE_16 = (
    "({QUERY :commandType 2 :rtable ({RANGETBLENTRY :rtekind 0 :relid 16400 :relkind r :requiredPerms 6 "
    ":selectedCols (b 8 9) :insertedCols (b) :updatedCols (b 10)})})"
)
FROM_16 = (
    "({QUERY :commandType 1 :rtable ({RANGETBLENTRY :rtekind 0 :relid 16400 :inh true }) :rteperminfos "
    "({RTEPERMISSIONINFO :relid 16400 :inh true :requiredPerms 2 :checkAsUser 0 "
    ":selectedCols (b 7) :insertedCols (b) :updatedCols (b)})})"
)
SAMPLED_BEFORE_16 = (
    "({QUERY :commandType 1 :rtable ({RANGETBLENTRY :alias {ALIAS :aliasname a\\} :colnames <>} :rtekind 0 "
    ":relid 16400 :tablesample {TABLESAMPLECLAUSE :args ({SUBLINK :subselect {QUERY :commandType 1 :rtable "
    "({RANGETBLENTRY :rtekind 0 :relid 16401 :requiredPerms 2 :selectedCols (b 8) :insertedCols (b) "
    ":updatedCols (b)})}})} :requiredPerms 2 :selectedCols (b 9) :insertedCols (b) :updatedCols (b)})})"
)
NAMES = {16400: Named("public.t", {1: "public.t.a", 2: "public.t.b", 3: "public.t.c"})}


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("SELECT 1;", Held(b"SELECT 1")),
        ("/* why */ (TABLE t)", Held(b"(TABLE t)")),
        ("EXPLAIN (COSTS OFF) UPDATE t SET a = 1", Held(b"UPDATE t SET a = 1")),
        ("EXPLAIN (SELECT 1)", Held(b"(SELECT 1)")),
        ("EXPLAIN ANALYZE VERBOSE DELETE FROM t", Held(b"DELETE FROM t")),
        ("PREPARE p (int, numeric(9, 2)) AS SELECT $1", Held(b"SELECT $1", "int, numeric(9, 2)")),
        ("DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT a FROM t FOR UPDATE", Held(b"SELECT a FROM t FOR UPDATE")),
        ("COPY (SELECT (1)) TO stdout", Held(b"SELECT (1)")),
        ("CREATE TEMP TABLE x (a) AS SELECT 1 WITH NO DATA", Held(b"SELECT 1", verb=False)),
        ("CREATE VIEW v AS SELECT a AS b FROM t WITH CHECK OPTION", Held(b"SELECT a AS b FROM t", verb=False)),
        ("EXPLAIN CREATE TABLE x AS TABLE t", Held(b"TABLE t", verb=False)),
        ("SELECT a INTO TEMP TABLE s.x FROM t", Held(b"SELECT a FROM t")),
        ("WITH q AS (INSERT INTO t VALUES (1) RETURNING a) INSERT INTO u SELECT a FROM q",
         Held(b"WITH q AS (INSERT INTO t VALUES (1) RETURNING a) INSERT INTO u SELECT a FROM q")),
        ("CREATE TABLE x (a int)", None),
        ("EXPLAIN EXECUTE p", None),
        ("COPY t FROM stdin", None),
        ("", None),
    ],
)  # fmt: skip
def test_held(text: str, inner: Held | None) -> None:
    assert held(text.encode()) == inner


def test_a_tree_of_either_form() -> None:
    said = verdict(read(BEFORE_16), NAMES, ["16400.1", "1259.2"])
    assert (said.verb, said.tables, said.writes) == ("update", ("public.t",), ("public.t.c",))
    assert said.reads == ("public.t.a", "public.t.b")
    assert said.depends == ("public.t.a",)
    said = verdict(read(FROM_16), NAMES, [])
    assert (said.verb, said.whole_rows) == ("select", ("public.t",))
    assert said.reads == ("public.t.a", "public.t.b", "public.t.c")


def test_a_query_within_an_entry() -> None:
    names = {**NAMES, 16401: Named("public.u", {1: "public.u.a"})}
    said = verdict(read(SAMPLED_BEFORE_16), names, [])
    assert (said.tables, said.reads) == (("public.t", "public.u"), ("public.t.b", "public.u.a"))


def test_what_differs_is_named() -> None:
    said = verdict(read(BEFORE_16), NAMES, [])
    same = Facts("update", ("public.t",), ("public.t.a", "public.t.b"), ("public.t.c",))
    assert differences(same, said) == []
    assert differences(Facts("select", same.tables, same.reads), said) == [
        "verb select",
        "writes missing ['public.t.c'] surplus []",
    ]


def test_outputs_by_name_and_origin() -> None:
    ours = (("a", Col(0, 5, 1)), ("b", Merged(Col(0, 5, 2), Col(9, 6, 1))), ("c", Expr(3)))
    assert output_differences(ours, [Output("a", 5, 1), Output("b", 6, 1), Output("c", 0, 0)]) == []
    assert len(output_differences(ours, [Output("a", 5, 2), Output("b", 7, 1), Output("c", 0, 0)])) == 2
    assert output_differences(ours[:1], [Output("z", 5, 1)]) == ["outputs ['a'] told ['z']"]


def test_a_count(capsys: pytest.CaptureFixture[str]) -> None:
    count = Count()
    count.note("SELECT 1", None, [])
    count.note("SELECT\n2", None, ["reads"])
    count.note("DO ''", "DO runs code inside the server", [])
    assert count.as_json() == {"statements": 3, "exact": 1, "silent_misses": 1, "opaque": 1}
    assert capsys.readouterr().err.splitlines()[0] == "silent: reads: SELECT 2"


def test_limits_are_documented() -> None:
    assert limit(Rejection("25006", "cannot execute CREATE FUNCTION in a read-only transaction"))
    assert limit(Rejection("42703", 'column "x" does not exist')) is None
