"""Classes of Python source, as far as it takes to see whether one of them is a table or lists its columns."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath


@dataclass
class Class:
    """One class definition."""

    file: str
    name: str
    line: int
    bases: tuple[str, ...]  # last parts of their names
    keywords: dict[str, ast.expr]
    decorators: tuple[str, ...]
    values: dict[str, ast.expr] = field(default_factory=dict)  # attribute -> what is assigned to it
    types: dict[str, ast.expr] = field(default_factory=dict)  # attribute -> annotation
    lines: dict[str, int] = field(default_factory=dict)
    inner: dict[str, "Class"] = field(default_factory=dict)

    @property
    def reader(self) -> str:
        """As findings name it."""
        return f"class {self.name}"

    @property
    def package(self) -> str:
        """The directory of the module, that of models/ being its parent: Django's default app label."""
        parts = PurePath(self.file).parts[:-1]
        return next((part for part in reversed(parts) if part != "models"), "")


class Classes:
    """All that were read, by name."""

    def __init__(self) -> None:
        self._named: dict[str, list[Class]] = {}

    def __iter__(self) -> Iterator[Class]:
        return (one for found in self._named.values() for one in found)

    def add(self, file: str, tree: ast.Module) -> None:
        """Take up the classes of a module."""
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                self._named.setdefault(node.name, []).append(class_of(file, node))

    def lineage(self, one: Class) -> Iterator[Class]:
        """The class and its bases, as far as they were read: of several of a name that of the same file, or none."""
        todo, seen = [one], set()
        while todo:
            current = todo.pop(0)
            if id(current) in seen:
                continue
            seen.add(id(current))
            yield current
            todo += [base for name in current.bases for base in self._one(name, current.file)]

    def _one(self, name: str, file: str) -> list[Class]:
        found = self._named.get(name, [])
        near = [one for one in found if one.file == file]
        return near[:1] or (found if len(found) == 1 else [])


def class_of(file: str, node: ast.ClassDef) -> Class:
    """What a class definition says."""
    keywords = {word.arg: word.value for word in node.keywords if word.arg}
    decorators = tuple(last_name(one) for one in node.decorator_list)
    found = Class(file, node.name, node.lineno, tuple(map(last_name, node.bases)), keywords, decorators)
    for statement in node.body:
        if isinstance(statement, ast.ClassDef):
            found.inner[statement.name] = class_of(file, statement)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                _attribute(found, target, statement.value)
        elif isinstance(statement, ast.AnnAssign):
            _attribute(found, statement.target, statement.value, statement.annotation)
    return found


def _attribute(found: Class, target: ast.expr, value: ast.expr | None, type_: ast.expr | None = None) -> None:
    if isinstance(target, ast.Name):
        found.lines[target.id] = target.lineno
        if value is not None:
            found.values[target.id] = value
        if type_ is not None:
            found.types[target.id] = type_


def last_name(node: ast.expr | None) -> str:
    """`Column` of sa.Column(...), sa.Column or Column[...]; "" for what is no name."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def text(node: ast.expr | None) -> str | None:
    """The string that a constant is."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def keyword(call: ast.expr | None, name: str) -> ast.expr | None:
    """An argument that is given by name."""
    return (
        next((word.value for word in call.keywords if word.arg == name), None) if isinstance(call, ast.Call) else None
    )


def is_true(node: ast.expr | None) -> bool:
    """Whether it is the constant True."""
    return isinstance(node, ast.Constant) and node.value is True
