"""Flag > LINTEL_SECTION__KEY > file > default; an unknown key is an error that suggests the one that was meant."""

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lintel.config import databases
from lintel.config.errors import ConfigError
from lintel.config.settings import KEYS, SECTIONS, Key, Settings
from lintel.config.values import Unexpected

DEFAULT_FILE = "lintel.toml"
PREFIX = "LINTEL_"


class Flag(NamedTuple):
    """A value given on the command line."""

    name: str  # "--listen"
    key: str  # "listen.address"
    value: object


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and for every key where its value came from."""

    settings: Settings
    origins: Mapping[str, str]
    file: Path | None  # that was read


class _Said(NamedTuple):
    origin: str
    value: object
    base: Path  # what a relative path in it starts from


def load(
    file: str | Path | None = None, flags: Iterable[Flag] = (), environ: Mapping[str, str] | None = None
) -> Loaded:
    """Settings from all sources; without a file named, lintel.toml of the current directory if there is one."""
    if file is None and Path(DEFAULT_FILE).is_file():
        file = DEFAULT_FILE
    said: dict[str, _Said] = {}
    if file is not None:
        said.update(_from_file(Path(file)))
    said.update(_from_environment(os.environ if environ is None else environ))
    said.update((flag.key, _Said(flag.name, flag.value, Path())) for flag in flags if flag.value not in (None, [], ()))
    found = {dotted: _read(key, said.get(dotted)) for dotted, key in KEYS.items()}
    sections = {section: kind(**_of(section, found)) for section, kind in SECTIONS.items()}
    routed = said.get(databases.TABLE)
    settings = Settings(**sections, databases=databases.read(routed.origin, routed.value) if routed else ())
    _check(settings, said)
    origins = {dotted: said[dotted].origin if dotted in said else "default" for dotted in KEYS}
    return Loaded(settings, origins, None if file is None else Path(file))


def _of(section: str, found: Mapping[str, object]) -> dict[str, object]:
    return {key.name: found[dotted] for dotted, key in KEYS.items() if key.section == section}


def _read(key: Key, said: _Said | None) -> object:
    if said is None:
        return key.default
    try:
        return key.read(said.value, said.base)
    except Unexpected as problem:
        # The value itself is not repeated: it may be a password.
        raise ConfigError(said.origin, key.dotted, f"expected {problem}") from None


def _from_file(path: Path) -> Iterator[tuple[str, _Said]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigError(str(path), "", f"cannot be read: {problem.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ConfigError(str(path), "", f"expected TOML in UTF-8: {_place(problem)}") from None
    for section, values in content.items():
        if section == databases.TABLE:
            yield section, _Said(str(path), values, path.parent)
            continue
        if section not in SECTIONS:
            raise ConfigError(str(path), section, _unknown(section, [*SECTIONS, databases.TABLE]))
        if not isinstance(values, dict):
            raise ConfigError(str(path), section, f"expected a table, [{section}]")
        for name, value in values.items():
            dotted = f"{section}.{name}"
            if dotted not in KEYS:
                raise ConfigError(str(path), dotted, _unknown(dotted, KEYS))
            yield dotted, _Said(str(path), value, path.parent)


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, _Said]]:
    variables = {key.variable: dotted for dotted, key in KEYS.items()}
    for name, value in environ.items():
        if name.startswith(PREFIX) and "__" in name:
            if name not in variables:
                raise ConfigError(name, "", _unknown(name, variables))
            yield variables[name], _Said(name, value, Path())


def _unknown(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, 1, 0.6)
    return f"unknown; did you mean {close[0]}?" if close else f"unknown; expected one of {', '.join(names)}"


def _place(problem: Exception) -> str:
    # tomllib's message quotes a character at most; that of a decoding error is about bytes.
    return str(problem) if isinstance(problem, tomllib.TOMLDecodeError) else "a byte that is not"


def _check(settings: Settings, said: Mapping[str, _Said]) -> None:
    listen = settings.listen
    if listen.tls == "require" and not listen.tls_cert:
        raise ConfigError(said["listen.tls"].origin, "listen.tls_cert", "expected, because listen.tls requires it")
    if settings.auth.mode == "own" and not (settings.auth.file or settings.auth.query):
        raise ConfigError(said["auth.mode"].origin, "auth.file", 'expected this or auth.query, because mode is "own"')
    for given, other in (("tls_cert", "tls_key"), ("tls_key", "tls_cert")):
        if getattr(listen, given) and not getattr(listen, other):
            raise ConfigError(said[f"listen.{given}"].origin, f"listen.{other}", f"expected, because {given} is set")
