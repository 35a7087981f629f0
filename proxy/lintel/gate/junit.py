"""JUnit XML as CI servers read it: a testcase for each file."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # it is written here, never read

from lintel.gate.places import from_here
from lintel.gate.result import Judged, Result
from lintel.gate.telling import remarks
from lintel.gate.text import shortened, state_of

# What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(result: Result) -> str:
    """One suite."""
    states = [judged.state for judged in result.judged]
    skipped = states.count("unknown") + states.count("applied")
    counts = {"tests": len(states), "failures": states.count("findings"), "errors": states.count("error")}
    numbers = {name: str(count) for name, count in {**counts, "skipped": skipped}.items()}
    root = Element("testsuites", {"name": "lintel check", **numbers})
    suite = SubElement(root, "testsuite", {"name": "lintel check", **numbers})
    for judged in result.judged:
        _case(suite, judged)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(suite: Element, judged: Judged) -> None:
    name = _clean(from_here(judged.migration.file))
    case = SubElement(suite, "testcase", {"classname": "lintel.check", "name": name, "file": name, "time": "0"})
    if judged.problem is not None:
        said = f"{name}:{judged.problem.line}: {judged.problem.text}"
        SubElement(case, "error", {"message": _clean(said), "type": "unreadable"}).text = _clean(said)
    for remark in remarks(judged):
        told = {"message": f"{remark.rule.id} {remark.rule.title}", "type": remark.rule.id}
        where = f"{name}:{remark.step.first}: {shortened(remark.step.sql)}"
        SubElement(case, "failure", told).text = _clean(f"{where}\n{remark.text}")
    if judged.state in ("unknown", "applied"):
        SubElement(case, "skipped", {"message": _clean(judged.applied or state_of(judged))})
    notes = [f"{name}:{note.line}: {note.text}" for note in (*judged.unknown, *judged.notes)]
    if notes:
        SubElement(case, "system-out").text = _clean("\n".join(notes))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
