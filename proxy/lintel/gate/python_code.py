"""Migrations that are Python: which lines a statement, or an operation of a list, covers. Nothing of it is run."""

import ast
from pathlib import Path

from lintel.config import ConfigError


def text_of(file: Path) -> str:
    """The source; ConfigError where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as problem:
        raise ConfigError(str(file), "", f"cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(str(file), "", "expected Python in UTF-8") from None


def parsed(file: Path, text: str) -> ast.Module:
    """Its tree; ConfigError where it is no Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as problem:
        line = getattr(problem, "lineno", None) or 1
        raise ConfigError(f"{file}:{line}", "", "expected Python that can be parsed") from None


def covering(tree: ast.Module, line: int) -> tuple[int, int]:
    """First and last line of the innermost statement that a line is in."""
    statements = (node for node in ast.walk(tree) if isinstance(node, ast.stmt))
    lines = [(node.lineno, node.end_lineno or node.lineno) for node in statements]
    around = [(first, last) for first, last in lines if first <= line <= last]
    return min(around, key=lambda lines: lines[1] - lines[0], default=(line, line))


def operations(tree: ast.Module) -> list[tuple[int, int]]:
    """The lines of each entry of `operations = [...]` in `class Migration`; empty where it is made otherwise."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            for statement in node.body:
                if isinstance(statement, ast.Assign) and _is_operations(statement):
                    assert isinstance(statement.value, ast.List | ast.Tuple)
                    return [(entry.lineno, entry.end_lineno or entry.lineno) for entry in statement.value.elts]
    return []


def _is_operations(node: ast.Assign) -> bool:
    names = [target.id for target in node.targets if isinstance(target, ast.Name)]
    plain = isinstance(node.value, ast.List | ast.Tuple)
    return "operations" in names and plain and not _has_star(node.value)


def _has_star(value: ast.expr) -> bool:
    return isinstance(value, ast.List | ast.Tuple) and any(isinstance(entry, ast.Starred) for entry in value.elts)


def migration_line(tree: ast.Module) -> int:
    """Where `class Migration` begins."""
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Migration")
    return next((node.lineno for node in classes), 1)
