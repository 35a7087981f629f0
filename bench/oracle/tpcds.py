"""The corpus of TPC-DS: its tables and 99 queries, each as written and as qualified, from sqlglot's own test files.

They come with its source distribution, fetched with pip when the benchmark runs.
"""

import ast
import re
import subprocess
import sys
import tarfile
from pathlib import Path

from bench.failure import BenchFailure
from lintel.sql.grammar import parse

SOURCE = "sqlglot==30.30.0"
_QUERIES = "tests/fixtures/optimizer/tpc-ds/tpc-ds.sql"
_TABLES = "tests/helpers.py"
_TYPES = {"string": "text", "double": "numeric", "int": "integer"}
_HEADING = re.compile(r"^-+\n-- TPC-DS \d+\n-+\n", re.MULTILINE)
_SWITCH = re.compile(r"^#.*\n", re.MULTILINE)


def corpus(directory: Path) -> tuple[str, list[str]]:
    """(DDL, queries); what is fetched stays in the directory."""
    archive = _fetched(directory)
    with tarfile.open(archive) as members:
        tables, queries = (_text(members, name) for name in (_TABLES, _QUERIES))
    blocks = (_SWITCH.sub("", block).encode() for block in _HEADING.split(queries)[1:])
    return _ddl(tables), [block[raw.start : raw.end].decode().strip() for block in blocks for raw in parse(block)]


def _fetched(directory: Path) -> Path:
    if not list(directory.glob("sqlglot-*.tar.gz")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "sqlglot"]
        done = subprocess.run([*command, "--dest", str(directory), SOURCE], capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchFailure(f"{SOURCE} could not be fetched:\n{done.stderr}")
    (archive,) = directory.glob("sqlglot-*.tar.gz")
    return archive


def _text(members: tarfile.TarFile, name: str) -> str:
    found = next((member for member in members.getmembers() if member.name.endswith(name)), None)
    file = members.extractfile(found) if found is not None else None
    if file is None:
        raise BenchFailure(f"{SOURCE} has no {name}")
    return file.read().decode()


def _ddl(helpers: str) -> str:
    """CREATE TABLE for each entry of the dictionary that the tests' helpers hold."""
    assigned = next(
        node.value
        for node in ast.parse(helpers).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TPCDS_SCHEMA"
    )
    tables: dict[str, dict[str, str]] = ast.literal_eval(assigned)
    return "".join(
        f"CREATE TABLE {table} ({', '.join(f'{name} {_type(name, kind)}' for name, kind in columns.items())});\n"
        for table, columns in tables.items()
    )


def _type(column: str, kind: str) -> str:
    return "date" if column.endswith("_date") else _TYPES.get(kind, kind)
