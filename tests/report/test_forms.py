"""The report's forms: golden files of a small store, and what hostile names come to in each of them.

After a wanted change of the output: LINTEL_GOLDEN=write, and read the difference.
"""

import csv
import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from tests.report.made import HOSTILE, SCHEMA, START, hostile, observed, shop

from lintel.impact import RULES
from lintel.report import FORMATS, render, risks, wanted
from lintel.report.filters import moment
from lintel.store import Batch, Filter, Store

GOLDEN = Path(__file__).parent / "golden"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
COMPARE = "2026-09-23T00:30:00.000Z"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lintel.db"


def rendered(path: Path, form: str, filters: Filter | None = None, compare: str | None = None) -> str:
    return "".join(render(path, filters or wanted(), form, compare=compare))


@pytest.mark.parametrize(
    ("name", "gap", "options"),
    [("whole.txt", False, {}), ("gap.txt", True, {}), ("orders.md", True, {"table": "orders"}),
     ("orders.dot", False, {"table": "orders"}), ("all.dot", False, {}), ("all.csv", False, {}),
     ("total.json", False, {"table": "orders", "column": "total"})],
)  # fmt: skip
def test_golden(path: Path, name: str, gap: bool, options: dict[str, str]) -> None:
    shop(path, gap=gap)
    form = {"txt": "text"}.get(name.partition(".")[2], name.partition(".")[2])
    found = rendered(path, form, wanted(**options), COMPARE if gap else None)
    if os.environ.get("LINTEL_GOLDEN") == "write":
        (GOLDEN / name).write_bytes(found.encode())
    assert found.encode() == (GOLDEN / name).read_bytes()


def test_the_sample_in_the_documents_is_printed() -> None:
    documents = Path(__file__).parents[2] / "docs"
    assert (GOLDEN / "gap.txt").read_text() in (documents / "report.md").read_text()


def test_json_is_what_was_promised_and_more(path: Path) -> None:
    shop(path)
    found = json.loads(rendered(path, "json"))
    star = next(use for use in found["uses"] if use["kind"] == "star")
    assert (star["calls"], star["failed"], star["errors"], star["calls_per_day"]) == (60, 2, {"57014": 2}, 30.0)
    assert star["seconds"]["p50"] == pytest.approx(0.0005, rel=0.25)
    assert star["rows"] == 1.0
    assert star["risks"] == ["ADD-01", "ADD-20", "DRP-02", "REN-02"]
    assert {one["who"] for one in found["whole"]} == {"billing", "crm", "materialized view public.revenue", "export"}
    assert json.loads(rendered(path, "json", wanted(table="nothing")))["uses"] == []


def test_compared_in_json(path: Path) -> None:
    shop(path, gap=True)
    found = json.loads(rendered(path, "json", compare=COMPARE))["compared"]
    assert found["since"] == COMPARE
    assert {(one["client"], one["column"]) for one in found["gone"]} >= {("crm", "name"), ("import", "id")}
    assert {one["client"] for one in found["new"]} == {"billing", "export"}


@pytest.mark.parametrize("form", ["text", "html", "md"])
def test_columns_are_only_said_to_be_unused_where_everything_was_seen(path: Path, form: str) -> None:
    store = Store(path)
    store.save_catalog("shop", SCHEMA)
    store.add(Batch(START, START + 60, [observed("SELECT total FROM orders", "x", 1)], closing=True))
    ticked = "`id`, `legacy`, `note`" if form == "md" else "id, legacy, note"
    assert f"nobody used in 60 seconds: {ticked}" in rendered(path, form)
    store.add(Batch(START, START + 60, dropped={"shop": 1}))
    store.close()
    text = rendered(path, form)
    assert "Lost: 1 observation." in text
    assert "nobody used" not in text
    assert f"not seen, but not everything was watched and understood: {ticked}" in text


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_store(path: Path, form: str) -> None:
    Store(path).close()
    text = rendered(path, form)
    assert text.endswith("\n")
    assert "obody" not in text
    if form in ("text", "html", "md", "dot"):
        assert "Nothing has been watched yet." in text


@pytest.mark.check(29)
@pytest.mark.parametrize(
    ("gap", "said"), [(False, "Nobody used nothing in 2 days."), (True, "No use of nothing was seen")]
)
@pytest.mark.parametrize("form", ["text", "html", "md"])
def test_nobody(path: Path, form: str, gap: bool, said: str) -> None:
    shop(path, gap=gap)
    text = rendered(path, form, wanted(table="nothing"))
    assert said in text
    assert ("That does not mean that there is none" in text) == gap


def test_risks_are_of_the_catalogue() -> None:
    named = {*risks.STAR, *risks.WHOLE_ROW, *risks.INSERTED, *risks.COPIED_IN, *risks.COPIED_OUT, *risks.NATURAL,
             *risks.NAMED}  # fmt: skip
    assert named <= RULES.keys()


@pytest.mark.parametrize(
    ("sql", "kind", "column", "expected"),
    [
        ("SELECT total FROM orders", "read", "total", "DRP-01 REN-01"),
        ('SELECT "total" FROM orders', "read", "total", "DRP-01 REN-01"),
        ("SELECT * FROM orders", "read", "total", "DRP-02"),
        ("SELECT *, total FROM orders", "read", "total", "DRP-01 DRP-02 REN-01"),
        ("SELECT to_jsonb(orders) FROM orders", "whole_row", None, "ADD-23 DRP-06"),
        ("INSERT INTO orders VALUES (1, 2)", "positional", None, "ADD-24 DRP-03 DRP-07"),
        ("INSERT INTO orders VALUES (1, 2)", "write", "total", "DRP-03 DRP-07"),
        ("INSERT INTO orders (id, total) VALUES (1, 2)", "write", "total", "DRP-01 REN-01"),
        ("COPY orders FROM STDIN", "positional", None, "ADD-07 DRP-03"),
        ("COPY orders TO STDOUT", "positional", None, "ADD-20 DRP-02"),
        ("COPY orders TO STDOUT", "read", "total", "DRP-02"),
        ("SELECT name FROM orders NATURAL JOIN customers", "positional", None, "ADD-21"),
        ("SELECT count(*) FROM orders", "read", None, ""),
    ],
)
def test_risks(path: Path, sql: str, kind: str, column: str | None, expected: str) -> None:
    store = Store(path)
    store.add(Batch(START, START + 60, [observed(sql, "x", 1)]))
    store.close()
    uses = json.loads(rendered(path, "json", wanted(table="orders")))["uses"]
    assert [" ".join(use["risks"]) for use in uses if (use["kind"], use["column"]) == (kind, column)] == [expected]


class _Page(HTMLParser):
    """What is in a page besides text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "action", "data", "srcset")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_hostile_names_in_html(path: Path) -> None:
    hostile(path)
    text = rendered(path, "html")
    page = _Page()
    page.feed(text)
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert not {name for name in page.attributes if name.startswith("on")}
    assert HOSTILE[0] in "".join(page.text)
    assert "\x1b" not in text
    assert all(value.startswith("#") for value in page.links)
    policy = re.search('content="(default-src[^"]*)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src &#x27;none&#x27;; style-src &#x27;sha256-")
    assert "unsafe" not in policy[1]


@pytest.mark.check(30)
def test_style_and_script_fetch_nothing() -> None:
    ours = "".join(files("lintel.report").joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    assert not re.search(r"url\(|@import|https?:|fetch|innerHTML|eval", ours)
    assert "</" not in ours


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_hostile_names_in_a_browser(path: Path, tmp_path: Path) -> None:
    hostile(path)
    page = tmp_path / "report.html"
    page.write_text(rendered(path, "html"))
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
               f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "<title>Who uses what</title>" in dom
    assert '<html lang="en" class="js">' in dom, "our own script runs under the page's policy"
    assert dom.count("<button") > 5


def test_hostile_names_in_csv(path: Path) -> None:
    hostile(path)
    text = rendered(path, "csv")
    assert text.count("\r\n") == 1 + len(HOSTILE)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["client"].removeprefix("'") for row in rows} == set(HOSTILE)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in set("=+-@\t\r\n")]


def test_hostile_names_in_text_markdown_and_dot(path: Path) -> None:
    hostile(path)
    text = rendered(path, "text")
    assert not {"\x1b", "\u202e"} & set(text)
    markdown = rendered(path, "md")
    spans = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
    outside = spans.sub("", markdown)
    assert not [word for word in ("<script", "@someone", "[link]", "\x1b", "\u202e") if word in outside]
    graph = rendered(path, "dot")
    unquoted = re.sub(r'"(?:[^"\\]|\\.)*"', "Q", graph)
    assert set(re.findall(r"\w+", unquoted)) <= {
        "digraph", "lintel", "graph", "rankdir", "LR", "labelloc", "t", "fontname", "label", "Q", "node", "shape",
        "box", "edge", "fontsize", "10", "style", "rounded", "cylinder", "component", "dashed"}  # fmt: skip


def test_a_name_that_graphviz_would_read_as_its_own_is_not() -> None:
    from lintel.report.dot import _quoted

    assert _quoted('a\\N"b\nc') == '"a\\\\N\\"b\\nc"'


@pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz here")
@pytest.mark.parametrize("table", [None, "orders"])
def test_graphviz_draws_it(path: Path, table: str | None) -> None:
    hostile(path)
    graph = rendered(path, "dot", wanted(table=table))
    drawn = subprocess.run(["dot", "-Tplain"], input=graph, capture_output=True, text=True, timeout=60, check=True)
    assert drawn.stderr == ""
    assert drawn.stdout.count("\nnode ") == len(HOSTILE) + 1
    assert drawn.stdout.count("\nedge ") == len(HOSTILE)


def test_moments_are_read_for_compare() -> None:
    assert moment("--compare", "2026-09-23") == "2026-09-23T00:00:00.000Z"


def test_plots_show_every_day_and_the_gaps(path: Path) -> None:
    shop(path, gap=True)
    text = rendered(path, "html", wanted(table="orders"))
    assert text.count('class="gap"') == 1
    assert "not watched from 2026-09-23T00:00:00 to 2026-09-23T01:00:00" in text
    assert "billing: 43 calls" not in text
    assert re.search("<title>billing: [0-9]+ calls, 2026-09-2", text)


def test_hours_and_days_are_one_plot(path: Path) -> None:
    store = Store(path)
    one = observed("SELECT total FROM orders", "x", 5)
    store.add(Batch(START, START + 3600, [one], closing=True))
    one.seen = (START - 86_400, START - 86_400)  # of a log: it stands in its day
    store.add(Batch(START, START + 3600, [one], watched=False))
    store.close()
    assert re.search(
        "<title>x: 5 calls, 2026-09-21</title>.*<title>x: 5 calls, 2026-09-22</title>", rendered(path, "html")
    )


@pytest.mark.long
@pytest.mark.timeout(600)  # of several programs, on a machine that does other things too
def test_a_hundred_thousand_uses(path: Path) -> None:
    store = Store(path)
    for at in range(100):
        sql = f"SELECT id, total, note, legacy, *, {at} AS c{at} FROM orders"
        seen = [observed(sql, f"client {at % 7}-{i}", 2) for i in range(200)]
        store.add(Batch(START + at * 3600, START + at * 3600 + 3599, seen))
    store.close()
    for form in FORMATS:
        command = [
            "-m",
            "lintel",
            "report",
            "--store",
            str(path),
            "--format",
            form,
            "-o",
            str(path.with_suffix(".out")),
        ]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *command], check=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert used.ru_utime - before.ru_utime < 10, form
        assert used.ru_maxrss < 400 * 1024, form  # KiB
