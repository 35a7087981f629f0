"""Where nothing is enforced: the verdict is reached and recorded, and the text goes as it came."""

import pytest

from lintel.analysis.ddl import schema_of
from lintel.plan import ClientAttributes, parse
from lintel.policy import Options, Policy
from lintel.wire.decision import DDL, EXECUTE, PREPARE, RUN, Decision, Named, Settings

PLAN = parse('id = "p"\ntable = "public.o"\n[add]\ncolumn = "prio"\ntype = "int"\ndefault = "0"\n', "p.toml")


def decided(text: str, *, enforced: bool, on_opaque: str = "refuse") -> Decision:
    options = Options(on_opaque=on_opaque, enforced=enforced)
    policy = Policy(schema_of(b"CREATE TABLE o (id int)"), (PLAN,), options)
    settings = Settings(search_path="public", role="none", client_encoding="UTF8")
    return policy.context_for(settings, ClientAttributes("app", "me", "shop", None)).decide(text.encode())


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("SELECT id FROM o", "allow"),
        ("SELECT * FROM o", "rewrite"),
        ("SELECT prio FROM o WHERE id = 7", "rewrite"),
        ("UPDATE o SET prio = 1", "refuse"),
        ("SELECT o FROM o", "refuse"),
        ("SELECT * FROM o; SELECT 1", "rewrite"),
        ("SELECT from from o", "refuse"),
        ("DO $$ BEGIN END $$", "refuse"),
    ],
)
def test_the_text_goes_as_it_came(text: str, verdict: str) -> None:
    real, dry = (decided(text, enforced=enforced) for enforced in (True, False))
    assert real.statement.verdict == verdict
    assert dry.statement.verdict == dry.statement.outcome == ("allow" if verdict == "allow" else f"would_{verdict}")
    assert (dry.statement.message, dry.statement.sides) == (real.statement.message, real.statement.sides)
    assert dry.sent(text.encode()) == text.encode()
    assert (dry.edits, dry.refusals, dry.expected, dry.retry, dry.probes) == ((), (), (), frozenset(), ())


def test_what_follows_from_running_it_is_kept() -> None:
    assert decided("DO $$ BEGIN END $$", enforced=False).effects & DDL
    assert decided("PREPARE p AS SELECT * FROM o", enforced=False).named == (Named(PREPARE, b"p"),)
    assert decided("EXECUTE p", enforced=True, on_opaque="pass").named == (Named(EXECUTE, b"p", 8, 9),)
    assert decided("EXECUTE p", enforced=False).named == (Named(RUN, b"p", 8, 9),)
    assert decided("CREATE TEMP TABLE n (id int)", enforced=False).temporary == ("n",)
