"""Django's sqlmigrate for each wanted migration; runs in `manage.py shell`, so the settings are the project's.

LINTEL_GATE holds {"files": the wanted ones, or null for those that the database has not applied, "below": a directory}.
"""
# mypy: ignore-errors

from __future__ import annotations

import json
import os
import sys
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def run(files: set[str] | None, below: str) -> list[dict[str, Any]]:
    """Every wanted migration in the order of the graph: {"file", "name", "sql"} or with a "problem"."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    plan = executor.migration_plan(loader.graph.leaf_nodes(), clean_start=True)
    found = []
    for migration, _ in plan:
        file = os.path.realpath(sys.modules[type(migration).__module__].__file__)
        key = (migration.app_label, migration.name)
        wanted = file in files if files is not None else key not in loader.applied_migrations
        if wanted and (files is not None or file.startswith(below + os.sep)):
            found.append(_migration(file, *key))
    return found


def _migration(file: str, app: str, name: str) -> dict[str, Any]:
    found = {"file": file, "name": app + "." + name, "sql": ""}
    output = StringIO()
    try:
        call_command("sqlmigrate", app, name, stdout=output, no_color=True)
    except (Exception, SystemExit) as problem:  # whatever the user's code raises is to be told
        found["problem"] = f"{type(problem).__name__}: {problem}"
    found["sql"] = output.getvalue()
    return found


asked = json.loads(os.environ["LINTEL_GATE"])
wanted = asked["files"] if asked["files"] is None else {os.path.realpath(name) for name in asked["files"]}
print("\nlintel-gate:" + json.dumps(run(wanted, os.path.realpath(asked["below"]))), flush=True)
