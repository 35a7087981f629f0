"""What of a decision goes for another text of its kind."""

from dataclasses import fields

from lintel.wire.decision import DDL, Decision, Expectation, Named, Probe, Refusal

REFUSAL = Refusal("42703", "lintel: no")
# What prototypes never have: it is decided by literals, or for the very text.
OF_ONE_TEXT = {"effects", "temporary", "named"}


def test_nothing_is_lost_but_what_is_of_one_text() -> None:
    model = Decision(
        b"SELECT 1", ((0, 1, b"x"),), ((b"token", REFUSAL),), (Expectation("42703", REFUSAL),), frozenset({"42703"}),
        (Probe(b"probe", (b"a",)),), True, DDL, ("t",), frozenset({"t"}), (Named(b"PREPARE", b"p"),), True, object(),
    )  # fmt: skip
    given = [field.name for field in fields(Decision) if field.init and field.name != "frame"]
    empty = Decision()
    assert all(getattr(model, name) != getattr(empty, name) for name in given), (
        "the model has to have something of each"
    )
    other = model.likewise(b"SELECT 2", ())
    assert (other.text, other.edits) == (b"SELECT 2", ())
    for name in set(given) - {"text", "edits"}:
        of = empty if name in OF_ONE_TEXT else model
        assert getattr(other, name) == getattr(of, name), name
