"""Alembic's offline upgrade of each wanted revision, and for each text of SQL the line of the revision that emits it.

Arguments: the configuration file, and the wanted revision files; without any, all of them.
"""
# mypy: ignore-errors
# ruff: noqa: E402 - see below

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable
from io import StringIO
from typing import Any

# As for the command `alembic`: a directory of that name here is no package. The configuration says what is to be found.
sys.path[:] = filter(None, sys.path)

from alembic import command
from alembic.config import Config
from alembic.ddl.impl import DefaultImpl
from alembic.script import ScriptDirectory


def run(ini: str, wanted: list[str]) -> list[dict[str, Any]]:
    """Every revision, oldest first: {"file", "revision", "texts": [[line, sql], ...]} or with a "problem"."""
    script = ScriptDirectory.from_config(Config(ini))
    revisions = list(script.walk_revisions("base", "heads"))[::-1]
    files = {os.path.realpath(name) for name in wanted}
    return [_revision(ini, one) for one in revisions if not files or os.path.realpath(one.path) in files]


def _revision(ini: str, one: Any) -> dict[str, Any]:
    file = os.path.realpath(one.path)
    found = {"file": file, "revision": one.revision, "texts": []}
    DefaultImpl.static_output = _collecting(file, found["texts"])
    downs = one.down_revision if isinstance(one.down_revision, tuple) else (one.down_revision,)
    reached = one.revision if downs[0] is None else downs[0] + ":" + one.revision
    try:
        command.upgrade(Config(ini, output_buffer=StringIO(), stdout=StringIO()), reached, sql=True)
    except (Exception, SystemExit) as problem:  # whatever the user's code raises is to be told
        found["problem"] = f"{type(problem).__name__}: {problem}"
        found["line"] = _line(problem.__traceback__, file)
    return found


def _collecting(file: str, texts: list[Any]) -> Callable[..., None]:
    def static_output(_self: DefaultImpl, text: str) -> None:
        frame = inspect.currentframe()
        while frame is not None:
            if os.path.realpath(frame.f_code.co_filename) == file:
                texts.append([frame.f_lineno, text])
                return
            frame = frame.f_back  # Alembic's own statements have no frame of a revision

    return static_output


def _line(traceback: Any, file: str) -> int:
    line = 1
    while traceback is not None:
        if os.path.realpath(traceback.tb_frame.f_code.co_filename) == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


print("\nlintel-gate:" + json.dumps(run(sys.argv[1], sys.argv[2:])), flush=True)
