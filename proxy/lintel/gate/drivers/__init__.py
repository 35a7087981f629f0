"""What runs in the user's own environment, as text for its Python: it may import what is there, and nothing of Lintel.

The modules are read, never imported. They print one line of JSON behind MARK, so that what the project prints besides
does no harm, and are written for Python 3.8, which projects may still have.
"""

from importlib.resources import files

MARK = "lintel-gate:"


def source(name: str) -> str:
    """The text of a driver."""
    return files(__name__).joinpath(f"{name}.py").read_text(encoding="utf-8")


def answer(output: str) -> str:
    """The JSON of what a driver printed; "" where it printed none."""
    lines = [line for line in output.splitlines() if line.startswith(MARK)]
    return lines[-1].removeprefix(MARK) if lines else ""
