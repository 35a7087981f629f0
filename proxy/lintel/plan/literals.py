"""Which string literals mean the same in every session: `'2024-01-01'::date` does, `'now'::timestamptz` does not.

Type input functions are only "stable" for some types: they look at TimeZone, DateStyle, lc_monetary, search_path.
"""

import re

_DATE = r"\d{4,6}-\d\d-\d\d"
_CLOCK = r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"
_ZONE = r"(?: ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?))"
_ALWAYS = r"infinity|-infinity|epoch"

_STABLE_SPELLINGS = {
    "date": (re.compile(rf"{_DATE}|{_ALWAYS}"), "2024-12-31"),
    "timestamp": (re.compile(rf"{_DATE}(?:[ T]{_CLOCK})?|{_ALWAYS}"), "2024-12-31 23:59:59"),
    "timestamptz": (re.compile(rf"{_DATE}[ T]{_CLOCK}{_ZONE}|{_ALWAYS}"), "2024-12-31 23:59:59+00"),
    "time": (re.compile(_CLOCK), "23:59:59"),
    "timetz": (re.compile(_CLOCK + _ZONE), "23:59:59+00"),
    # "-1 2:03" depends on IntervalStyle: does the sign cover the time too?
    "interval": (re.compile(r"(?!-\S+\s+\d).+", re.DOTALL), "-1 day -2 hours"),
}
_TEMPORAL = re.compile(r"\d{4,6}-\d\d-\d\d.*|now|today|tomorrow|yesterday|allballs", re.DOTALL | re.IGNORECASE)
_LOOKS_AROUND = {
    "money": "lc_monetary",
    "xml": "xmloption",
    "daterange": "DateStyle",
    "datemultirange": "DateStyle",
    "tsrange": "DateStyle",
    "tsmultirange": "DateStyle",
    "tstzrange": "TimeZone",
    "tstzmultirange": "TimeZone",
}


def unstable_literal(base: str, text: str, array: bool) -> str | None:
    """Why this literal of that type may mean something else in another session; None where it cannot."""
    if base.startswith("reg"):
        return f"a {base} literal means what search_path says"
    setting = _LOOKS_AROUND.get(base)
    if setting:
        return f"a {base} literal means what {setting} says"
    if base not in _STABLE_SPELLINGS:
        return None
    pattern, example = _STABLE_SPELLINGS[base]
    if array:
        return None if text.strip() == "{}" else f"write it as ARRAY['{example}'], not as one {base}[] literal"
    if pattern.fullmatch(text.strip()):
        return None
    return f"a {base} must be spelled so that no setting changes its meaning, like '{example}'"


def looks_temporal(text: str) -> bool:
    """Whether an untyped literal may become a date or time, by rules that are not in the text."""
    return _TEMPORAL.fullmatch(text.strip()) is not None
