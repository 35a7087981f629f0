"""What a log entry says of a statement, and which entries are one run of it."""

import io

import pytest

from lintel.imports import csvlog, jsonlog
from lintel.imports.entry import Entry, Unreadable
from lintel.imports.messages import Line, line_of
from lintel.imports.sessions import Session, run_of
from lintel.imports.times import UnknownZone, clock

EMPTY = Entry("", "", "", "", "", "00000", "", "", "", "")
PLAN = "Seq Scan on orders  (cost=0.00..18.50 rows=850 width=32)"

LINES = [
    ("statement: SELECT 1", Line("run", "SELECT 1")),
    ("statement: SELECT 1,\n 2", Line("run", "SELECT 1,\n 2")),
    ("execute <unnamed>: SELECT 'a: b'", Line("run", "SELECT 'a: b'")),
    ("execute S_1/C_2: SELECT 1", Line("run", "SELECT 1")),
    ("execute fetch from S_1/C_2: SELECT 1", None),
    ("duration: 0.126 ms  statement: DELETE FROM o", Line("run", "DELETE FROM o", timed=True)),
    ("duration: 0.126 ms  parse <unnamed>: SELECT 1", Line("prepared", "SELECT 1", timed=True)),
    ("duration: 0.126 ms  bind s/p: SELECT 1", Line("prepared", "SELECT 1", timed=True)),
    ("duration: 0.126 ms", None),
    ("connection authorized: user=app", None),
    ("checkpoint starting: time", None),
    (f"duration: 1 ms  plan:\nQuery Text: SELECT a\nFROM b\n{PLAN}", Line("plan", "SELECT a\nFROM b", timed=True)),
    (
        f"duration: 1 ms  plan:\nQuery Text: SELECT $1\nQuery Parameters: $1 = '(cost=1'\n{PLAN}",
        Line("plan", "SELECT $1", timed=True),
    ),
    (
        'duration: 1 ms  plan:\n{\n  "Query Text": "SELECT \\"a\\"",\n  "Plan": {}\n}',
        Line("plan", 'SELECT "a"', timed=True),
    ),
    ('duration: 1 ms  plan:\nQuery Text: "SELECT \\"a\\""\nPlan: ', None),
    ('duration: 1 ms  plan:\n  Query Text: "SELECT a"\n  Plan: ', Line("plan", "SELECT a", timed=True)),
    (
        "duration: 1 ms  plan:\n<explain><Query-Text>a &lt; b</Query-Text></explain>",
        Line("plan", "a < b", timed=True),
    ),
    ("Anweisung: SELECT 1", None),
]


@pytest.mark.parametrize(("message", "line"), LINES)
def test_the_statement_of_an_entry(message: str, line: Line | None) -> None:
    assert line_of(EMPTY._replace(message=message)) == line


def test_an_execute_is_known_by_what_was_prepared() -> None:
    entry = EMPTY._replace(message="statement: EXECUTE p(1)", detail="prepare: PREPARE p AS SELECT total FROM orders")
    assert line_of(entry) == Line("run", "PREPARE p AS SELECT total FROM orders")
    assert line_of(entry._replace(detail="Parameters: $1 = '1'")) == Line("run", "EXECUTE p(1)")


def test_an_error_is_known_in_any_language() -> None:
    entry = EMPTY._replace(sqlstate="42703", message="Spalte fehlt", query="SELECT nope")
    assert line_of(entry) == Line("error", "SELECT nope")
    assert line_of(entry._replace(query="")) is None


ERROR = "error"
RUNS = [
    (["statement: A", "duration: 1 ms"], [1]),
    (["statement: A", "statement: A"], [1, 1]),
    (["statement: A", ERROR], [1, 0]),
    ([ERROR], [1]),
    (["statement: A", ERROR, ERROR], [1, 0, 1]),
    (["duration: 1 ms  parse p: A", "duration: 1 ms  bind p: A", "duration: 1 ms  execute p: A"], [0, 0, 1]),
    (["statement: A", f"duration: 1 ms  plan:\nQuery Text: A\n{PLAN}"], [1, 0]),
    ([f"duration: 1 ms  plan:\nQuery Text: A\n{PLAN}"] * 2, [1, 1]),
    ([f"duration: 1 ms  plan:\nQuery Text: A\n{PLAN}", "duration: 1 ms  statement: A"], [1, 0]),
    ([f"duration: 1 ms  plan:\nQuery Text: inner\n{PLAN}", "duration: 1 ms  statement: A"], [1, 1]),
]


@pytest.mark.parametrize(("messages", "calls"), RUNS)
def test_one_run_counts_once_however_often_it_is_logged(messages: list[str], calls: list[int]) -> None:
    session, found = Session(), []
    for message in messages:
        failed = EMPTY._replace(sqlstate="22012", query="A")
        line = line_of(failed if message == ERROR else EMPTY._replace(message=message))
        found += [run_of(line, session).calls] if line is not None else []
    assert found == calls


def csv(message: str, session: str = "5f.1", time: str = "2026-11-21 06:12:56.123 UTC") -> bytes:
    quoted = message.replace('"', '""')
    who = f'"app","shop",7,"10.0.0.1:999",{session},1,"SELECT",{time},3/2,0'
    return f'{time},{who},LOG,00000,"{quoted}",,,,,,,,,"till"\n'.encode()


def test_csv_records_span_lines_and_quotes() -> None:
    text = 'statement: SELECT 1, -- "\n"a,b",\n\n \'x\''
    one, two = csvlog.records(io.BytesIO(csv(text) + csv("statement: B")))
    assert csvlog.entry(one).message == text
    assert csvlog.entry(two)[1:6] == ("app", "shop", "10.0.0.1", "5f.1", "00000")
    assert csvlog.entry(two).application_name == "till"


def test_a_csv_record_that_is_cut_off_costs_no_other() -> None:
    torn = csv('statement: SELECT "a",\n "b"')[:-30]
    found = list(csvlog.records(io.BytesIO(csv("statement: A") + torn + b"\n" + csv("statement: B") + torn)))
    assert len(found) == 3
    with pytest.raises(Unreadable):
        csvlog.entry(found[1])
    assert csvlog.entry(found[2]).message == "statement: B"
    assert list(csvlog.records(io.BytesIO(csv("statement: A")[:-1]))) == []


def test_a_beginning_within_a_statement_is_no_record_of_its_own() -> None:
    text = "statement: INSERT INTO logs VALUES ('\n" + csv("x").decode() + "')"
    (record,) = csvlog.records(io.BytesIO(csv(text)))
    assert csvlog.entry(record).message == text


def test_json_entries() -> None:
    who = b'"user":"app","dbname":"shop","remote_host":"[local]"'
    line = b'{"timestamp":"2026-11-21 06:12:56.123 UTC",' + who + b',"message":"m"}\n'
    (record,) = jsonlog.records(io.BytesIO(line + line[:20]))
    assert jsonlog.entry(record) == EMPTY._replace(
        time="2026-11-21 06:12:56.123 UTC", user="app", database="shop", sqlstate="", message="m"
    )
    for wrong in (b"{}\n", b"[1]\n", b"{\n", b"[" * 100_000):
        with pytest.raises(Unreadable):
            jsonlog.entry(wrong)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2026-11-21 06:12:56.500 UTC", 1795241576.5),
        ("2026-11-21 07:12:56.500 CET", 1795241576.5),
        ("2026-11-21 03:12:56.500 -03", 1795241576.5),
        ("2026-11-21 11:42:56.500 +0530", 1795241576.5),
    ],
)
def test_times(written: str, seconds: float) -> None:
    assert clock(None)(written) == seconds


def test_a_zone_that_says_too_little_has_to_be_named() -> None:
    with pytest.raises(UnknownZone):
        clock(None)("2026-11-21 11:42:56.500 IST")
    assert clock("Asia/Kolkata")("2026-11-21 11:42:56.500 IST") == 1795241576.5
