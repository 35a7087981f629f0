"""Which side a client sees: the first rule that matches."""

import pytest

from lintel.plan import ClientAttributes, ClientRule, Shield

CLIENT = ClientAttributes("billing-v2.1", "etl", "shop", "10.1.2.3", {"service": "checkout-web", "route": "/pay"})


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        (ClientRule("new", application_name="billing-v2.1"), True),
        (ClientRule("new", application_name="billing-v2*"), True),
        (ClientRule("new", application_name="*v2*"), True),
        (ClientRule("new", application_name="billing"), False),
        (ClientRule("new", application_name="billing-v2?1"), False),
        (ClientRule("new", application_name="BILLING*"), False),
        (ClientRule("new", application_name="billing-v2.1", user="other"), False),
        (ClientRule("new", user="e*", database="shop"), True),
        (ClientRule("new", address="10.1.0.0/16"), True),
        (ClientRule("new", address="10.2.0.0/16"), False),
        (ClientRule("new", address="::/0"), False),
        (ClientRule("new", tags=(("service", "checkout*"), ("route", "*"))), True),
        (ClientRule("new", tags=(("service", "checkout*"), ("team", "*"))), False),
    ],
)
def test_every_pattern_has_to_match(rule: ClientRule, matches: bool) -> None:
    assert rule.matches(CLIENT) is matches


@pytest.mark.parametrize(
    ("address", "within"),
    [("::ffff:10.1.2.3", True), ("fe80::1%eth0", False), (None, False), ("", False), ("[local]", False)],
)
def test_addresses_as_sockets_give_them(address: str | None, within: bool) -> None:
    assert ClientRule("old", address="10.0.0.0/8").matches(ClientAttributes(address=address)) is within


def test_the_first_match_wins_and_none_is_none() -> None:
    shield = Shield(clients=(ClientRule("new", user="etl"), ClientRule("old", user="*", database="shop")))
    assert shield.sees(CLIENT) == "new"
    assert shield.sees(ClientAttributes(user="x", database="shop")) == "old"
    assert shield.sees(ClientAttributes(user="x")) is None
    assert not shield.by_tag
