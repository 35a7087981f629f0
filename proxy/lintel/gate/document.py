"""A result as JSON: findings as `lintel impact` gives them, with file, lines and fingerprint."""

import json
from typing import Any

from lintel.gate.migration import Note, Step
from lintel.gate.places import from_here
from lintel.gate.result import Found, Judged, Result
from lintel.impact import Ddl
from lintel.report.breakage import ddl_document, finding_document
from lintel.report.render import window_document
from lintel.store import Window


def as_json(result: Result) -> str:
    """One document."""
    return json.dumps(document(result), indent=2, ensure_ascii=False) + "\n"


def document(result: Result) -> dict[str, Any]:
    """The same as values."""
    return {
        "code": result.code,
        "window": window_document(result.window),
        "unread_objects": [{"object": name, "why": why} for name, why in result.unread],
        "files": [_file(judged) for judged in result.judged],
        "findings": [_finding(judged, found, result.window) for judged in result.judged for found in judged.found],
        "accepted": {"inline": result.ignored, "baseline": result.known, "baseline_gone": result.gone},
    }


def _file(judged: Judged) -> dict[str, Any]:
    return {
        "file": from_here(judged.migration.file),
        "state": judged.state,
        "problem": None if judged.problem is None else _note(judged.problem),
        "applied": judged.applied,
        "not_seen": list(judged.blind),
        "unknown": [_note(note) for note in judged.unknown],
        "notes": [_note(note) for note in judged.notes],
        "ddl": [_ddl(judged, step, ddl) for step, ddl in judged.facts],
    }


def _ddl(judged: Judged, step: Step, ddl: Ddl) -> dict[str, Any]:
    return {**ddl_document(ddl, None), "file": from_here(judged.migration.file), "line": step.first}


def _note(note: Note) -> dict[str, Any]:
    return {"line": note.line, "message": note.text}


def _finding(judged: Judged, found: Found, window: Window) -> dict[str, Any]:
    return {
        **finding_document(found.finding, window),
        "file": from_here(judged.migration.file),
        "line": found.step.first,
        "end_line": found.step.last,
        "fingerprint": found.fingerprint,
    }
