"""What `lintel plan lint` advises against without refusing it."""

from lintel.plan import advice, parse

HEAD = "id = 'p'\npurpose = 'why'\ntable = 't'\n[add]\ncolumn = 'c'\ntype = 'timestamptz'\n"


def test_a_plan_without_trouble_gets_none() -> None:
    assert advice(parse(HEAD, "p.toml")) == ()


def test_not_null_without_a_default() -> None:
    (found,) = advice(parse(HEAD + "not_null = true", "p.toml"))
    assert found.startswith("add.not_null: ")
    assert "ADD-13" in found


def test_a_default_that_rewrites_the_table() -> None:
    plan = parse(HEAD + "default = 'clock_timestamp()'\n[shield]\nabsent_reads = 'refuse'", "p.toml")
    (found,) = advice(plan)
    assert found.startswith("add.default: clock_timestamp() is not known to be immutable")


def test_no_purpose() -> None:
    (found,) = advice(parse(HEAD.replace("purpose = 'why'\n", ""), "p.toml"))
    assert found.startswith("purpose: ")


def test_rules_that_are_never_reached() -> None:
    rules = "".join(
        f"[[shield.clients]]\nmatch = {{ {match} }}\nsees = 'new'\n"
        for match in ("user = 'a*'", "application_name = '*'", "user = 'b', tag.x = '1'", "user = 'a*', database = 'd'")
    )
    assert [found.split(";")[0] for found in advice(parse(HEAD + rules, "p.toml"))] == [
        "shield.clients[3]: never reached, shield.clients[2] matches the same clients first",
        "shield.clients[4]: never reached, shield.clients[1] matches the same clients first",
    ]
