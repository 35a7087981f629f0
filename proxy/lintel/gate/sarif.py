"""SARIF 2.1.0 (OASIS, errata 01): a rule for each of the catalogue that was met, a result for each finding."""

import json
from typing import Any
from urllib.parse import quote

from lintel import __version__
from lintel.gate.migration import Note
from lintel.gate.places import from_top
from lintel.gate.result import Found, Judged, Result
from lintel.gate.telling import who
from lintel.impact import Rule

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(result: Result) -> str:
    """One log with one run."""
    return json.dumps(log(result), indent=2, ensure_ascii=False) + "\n"


def log(result: Result) -> dict[str, Any]:
    """The same as values."""
    rules = {one.rule.id: one.rule for judged in result.judged for one in judged.found}
    ids = sorted(rules)
    driver = {"name": "Lintel", "semanticVersion": __version__, "rules": [_rule(rules[name]) for name in ids]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(result)],
        "results": [_result(judged, found, ids) for judged in result.judged for found in judged.found],
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": _level(rule.sqlstate)},
        "properties": {"sqlstate": rule.sqlstate},
    }


def _level(sqlstate: str | None) -> str:
    return "warning" if sqlstate is None else "error"


def _result(judged: Judged, found: Found, ids: list[str]) -> dict[str, Any]:
    about = found.finding
    region = {"startLine": found.step.first, "endLine": found.step.last}
    return {
        "ruleId": about.rule,
        "ruleIndex": ids.index(about.rule),
        "level": _level(about.sqlstate),
        "message": {"text": f"{about.message}\n{who(about)}"},
        "locations": [_location(judged, region)],
        "partialFingerprints": {"lintel/v1": found.fingerprint},
        "properties": {"client": about.client, "object": about.object, "calls": about.calls},
    }


def _location(judged: Judged, region: dict[str, int]) -> dict[str, Any]:
    name = from_top(judged.migration.file)
    # Outside of the repository there is no base that it could be relative to.
    base = {} if name.startswith("/") else {"uriBaseId": "%SRCROOT%"}
    uri = f"file://{quote(name)}" if name.startswith("/") else quote(name)
    return {"physicalLocation": {"artifactLocation": {"uri": uri, **base}, "region": region}}


def _invocation(result: Result) -> dict[str, Any]:
    told = [(one, "error", one.problem) for one in result.judged if one.problem is not None]
    told += [(one, "warning", note) for one in result.judged for note in one.unknown]
    told += [(one, "note", note) for one in result.judged for note in one.notes]
    return {
        "executionSuccessful": not any(one.problem for one in result.judged),
        "exitCode": result.code,
        "toolExecutionNotifications": [_notification(judged, level, note) for judged, level, note in told],
    }


def _notification(judged: Judged, level: str, note: Note) -> dict[str, Any]:
    return {
        "level": level,
        "message": {"text": note.text},
        "locations": [_location(judged, {"startLine": note.line})],
    }
