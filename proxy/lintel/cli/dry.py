"""A verdict without a session: the policy that `serve` would use, asked about one text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lintel.cli.sources import World
from lintel.config import ConfigError
from lintel.plan import ClientAttributes, Plan, Side
from lintel.policy import ContextKey, Policy, dry

Judge = Callable[[bytes], dict[str, object]]

ATTRIBUTES = ("application_name", "user", "database", "address")
TAG = "tag."


def judge(world: World, plans: Sequence[Plan], side: Side | None, client: Mapping[str, str]) -> Judge:
    """What Lintel would do with a text of that client; a side given here goes before the plans' own rules."""
    if side is not None:
        plans = [replace(plan, shield=replace(plan.shield, clients=())) for plan in plans]
    policy = Policy(world.schema, tuple(plans))
    attributes = _attributes(client)
    sides = {plan.id: side for plan in plans} if side else policy.moment.sides(attributes)
    by_tag = any(plan.shield.by_tag for plan in plans)
    key = ContextKey(tuple(sides.items()), attributes if by_tag else None, world.search_path)
    context = policy.context(key)

    def verdict(text: bytes) -> dict[str, object]:
        return dry(text, context)

    return verdict


def _attributes(client: Mapping[str, str]) -> ClientAttributes:
    tags = {name.removeprefix(TAG): value for name, value in client.items() if name.startswith(TAG)}
    unknown = sorted(name for name in client if name not in ATTRIBUTES and not name.startswith(TAG))
    if unknown:
        raise ConfigError("--client", unknown[0], f"expected one of {', '.join(ATTRIBUTES)} or {TAG}NAME")
    application_name, user, database = (client.get(name, "") for name in ATTRIBUTES[:3])
    return ClientAttributes(application_name, user, database, client.get("address"), tags)
