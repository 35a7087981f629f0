"""Plan files as migrations: checked as `lintel plan lint` does, and the change that they announce."""

from collections.abc import Sequence
from pathlib import Path

from lintel import plan
from lintel.config import ConfigError
from lintel.gate.ignores import in_toml
from lintel.gate.migration import Migration, Note, Step

_CHANGES = ("[add]", "[drop]", "[rename]", "[retype]")


def read(files: Sequence[Path]) -> list[Migration]:
    """Every plan; one that is wrong, or meets another, with the reason."""
    found: list[plan.Plan] = []
    migrations = []
    for file in files:
        try:
            one = plan.load(file)
            plan.check_together([*found, one])
        except ConfigError as problem:
            said = ": ".join(part for part in (problem.key, problem.expected) if part)
            migrations.append(Migration(file, problem=Note(1, said)))
            continue
        found.append(one)
        migrations.append(_migration(file, one))
    return migrations


def _migration(file: Path, one: plan.Plan) -> Migration:
    text = file.read_text(encoding="utf-8")
    line = _line(text)
    advice = tuple(Note(line, sentence) for sentence in plan.advice(one))
    return Migration(file, (Step(one.ddl.encode(), line, line),), tuple(in_toml(file, text)), advice=advice)


def _line(text: str) -> int:
    lines = (number for number, line in enumerate(text.splitlines(), 1) if line.strip().startswith(_CHANGES))
    return next(lines, 1)
