"""What other tools read: annotations, SARIF, JUnit, JSON; each as a whole, and what their formats demand."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.gate.conftest import Check, is_expected

from lintel.impact import RULES

FORMS = {"json": "json", "github": "github", "sarif": "sarif", "junit": "xml"}


@pytest.mark.parametrize("form", FORMS)
def test_as_a_whole(form: str, check: Check) -> None:
    code, out, err = check("flyway", "plans/wrong.toml", "--format", form)
    assert (code, err) == (2, "")
    is_expected(f"flyway.{FORMS[form]}", out)


def test_annotations_are_escaped(check: Check, project: Path) -> None:
    (project / "100%, a:b.sql").write_text("ALTER TABLE orders DROP COLUMN total;")
    lines = check("100%, a:b.sql", "--format", "github")[1].splitlines()
    assert lines
    for line in lines:
        assert line.startswith("::error file=100%25%2C a%3Ab.sql,line=1,endLine=1,title=DRP-")
    assert any("%0A  billing, 1 call, last " in line for line in lines)


def test_the_summary_of_a_step(check: Check, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "summary.md").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    check("flyway", "--format", "github")
    before, _, added = (project / "summary.md").read_text().partition("\n")
    assert before == "before"
    is_expected("flyway.md", added)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "none/summary.md")
    assert "GITHUB_STEP_SUMMARY" in check("flyway", "--format", "github")[2]


def test_sarif_has_what_its_schema_demands(check: Check) -> None:
    found = json.loads(check("flyway", "plans", "goose", "--format", "sarif")[1])
    assert found["version"] == "2.1.0"
    assert found["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = found["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(RULES)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note", "none")
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    prints = [result["partialFingerprints"]["lintel/v1"] for result in run["results"]]
    assert len(prints) == len(set(prints))
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert result["message"]["text"]
        _is_location(*result["locations"])
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    for told in invocation["toolExecutionNotifications"]:
        assert told["message"]["text"]
        assert told["level"] in ("error", "warning", "note")
        _is_location(*told["locations"])


def _is_location(location: dict[str, dict[str, dict[str, object]]]) -> None:
    place = location["physicalLocation"]
    assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    uri = place["artifactLocation"]["uri"]
    assert isinstance(uri, str)
    assert not uri.startswith("/")
    assert " " not in uri
    first = place["region"]["startLine"]
    assert isinstance(first, int)
    assert first >= 1
    assert place["region"].get("endLine", first) >= first


def test_paths_are_those_of_the_repository(check: Check, monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    monkeypatch.chdir(project / "goose")
    found = json.loads(check(".", "--format", "sarif")[1])["runs"][0]["results"][0]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("goose/000")
    assert check(".", "--format", "github")[1].startswith("::error file=goose/000")
    assert "  00002_name.sql:4: " in check(".")[1]


def test_junit_counts(check: Check) -> None:
    root = ElementTree.fromstring(check("flyway", "plans", "--format", "junit")[1])
    cases = list(root.iter("testcase"))
    for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert root.get(counted) == str(sum(case.find(tag) is not None for case in cases)), tag
    assert root.get("tests") == str(len(cases))


def test_junit_is_xml_whatever_a_file_holds(check: Check, project: Path) -> None:
    (project / "1.sql").write_text('ALTER TABLE orders DROP COLUMN total /* \x01 & < > " \ufffe */;')
    ElementTree.fromstring(check("1.sql", "--format", "junit")[1])


def test_output_goes_to_a_file(check: Check, project: Path) -> None:
    code, out, _ = check("flyway", "--format", "sarif", "-o", "lintel.sarif")
    assert (code, out) == (1, "")
    assert json.loads((project / "lintel.sarif").read_text())["version"] == "2.1.0"
