"""The shape of the house: who may import whom, what the pure layers never touch, and that everything is explained."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "proxy"
PACKAGE = SOURCE / "lintel"

PURE = {"policy", "shield", "impact", "analysis", "schema", "sql", "wire"}  # and plan, whose `load` opens files
IMPURE = {"asyncio", "socket", "time", "logging", "os", "subprocess", "threading", "pathlib", "structlog", "uvloop"}
MAX_LINES = 400
# Flat and long where that is right: the hot path, and the dispatch by node type.
LONG = {"lintel.wire.client": 500, "lintel.wire.server": 500, "lintel.analysis.walk": 500}


def _layers() -> dict[str, int]:
    """From ARCHITECTURE.md: a line may import any line below it, never beside or above."""
    _, _, rest = (ROOT / "ARCHITECTURE.md").read_text().partition("## Layers")
    lines = rest.split("```")[1].strip().splitlines()
    names = [re.split(r"\s{2,}", line)[0].split(" | ") for line in ("__main__", *lines)]
    return {part: -depth for depth, beside in enumerate(names) for part in beside}


HEIGHT = _layers()


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _part(module: str) -> str:
    """The package or module right below lintel that a module belongs to; "" for lintel itself and for strangers."""
    return module.removeprefix("lintel.").partition(".")[0] if module.startswith("lintel.") else ""


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text())


@cache
def _imports(module: str) -> frozenset[str]:
    """Everything that is imported anywhere in the module, in functions and for type checkers too."""
    return frozenset(_imported(module, ast.walk(_tree(module))))


def _at_load(module: str) -> set[str]:
    """What is imported while the module loads."""
    return set(_imported(module, _tree(module).body)) & MODULES.keys() - {module}


def _imported(module: str, nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            submodules = {f"{base}.{alias.name}" for alias in node.names} & MODULES.keys()
            yield from submodules
            if len(submodules) < len(node.names):
                yield base


def _base(module: str, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    folder = MODULES[module].parent.relative_to(SOURCE).parts
    return ".".join((*folder[: len(folder) - node.level + 1], *filter(None, [node.module])))


def test_every_part_has_a_layer() -> None:
    assert {_part(module) for module in MODULES} - {""} == set(HEIGHT)


def test_imports_go_down() -> None:
    wrong = [
        f"{module} imports {other}"
        for module in MODULES
        for other in _imports(module)
        if _part(other) not in ("", _part(module)) and HEIGHT[_part(other)] >= HEIGHT.get(_part(module), -99)
    ]
    assert not wrong


def test_no_module_is_in_a_cycle() -> None:
    try:
        TopologicalSorter({module: _at_load(module) for module in MODULES}).prepare()
    except CycleError as cycle:
        pytest.fail(" -> ".join(cycle.args[1]))


def test_the_lower_layers_are_pure() -> None:
    wrong = [
        f"{module} imports {other}"
        for module in MODULES
        for other in _imports(module)
        if (_part(module) in PURE or (_part(module) == "plan" and module != "lintel.plan.load"))
        and other.partition(".")[0] in IMPURE
    ]
    assert not wrong


def test_everything_public_is_explained() -> None:
    assert not [name for module in MODULES for name in _unexplained(_tree(module), module)]


def _unexplained(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> Iterator[str]:
    if not (ast.get_docstring(node) or "").strip():
        yield name
    if isinstance(node, ast.Module | ast.ClassDef):
        for child in node.body:
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and child.name[0] != "_":
                yield from _unexplained(child, f"{name}.{child.name}")


def test_every_package_says_what_its_modules_are() -> None:
    missing = []
    for package in (path.parent for path in PACKAGE.glob("*/__init__.py")):
        told = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
        names = {path.stem for path in package.glob("*.py")} - {"__init__"}
        # The command line has a file for each group of commands, of the same name.
        if package.name != "cli":
            missing += [f"{package.name}.{name}" for name in names if not re.search(rf"[*`]{name}[*`]", told)]
    assert not missing


def test_files_are_of_a_size_to_be_read() -> None:
    lines = {module: len(path.read_text().splitlines()) for module, path in MODULES.items()}
    assert not {module: count for module, count in lines.items() if count > LONG.get(module, MAX_LINES)}


def test_one_module_for_each_language_speaks_to_the_parser() -> None:
    doors = {module for module in MODULES if any(other.startswith("postgast") for other in _imports(module))}
    assert doors == {"lintel.sql.grammar", "lintel.sql.plpgsql"}


def test_only_the_composition_root_brings_the_shells_together() -> None:
    shells = {"admin", "session", "recorder", "catalog"}
    joined = {module for module in MODULES if shells <= {_part(other) for other in _imports(module)}}
    assert {_part(module) for module in joined} <= {"app"}


def test_no_name_says_nothing() -> None:
    empty = {"core", "common", "utils", "managers", "helpers"}
    assert not [module for module in MODULES if empty & set(module.split("."))]
