"""Which server a name leads to, and which plans hold there."""

import pytest

from lintel.app import routes
from lintel.app.routes import Routes
from lintel.config import ConfigError, Database, Server, Settings
from lintel.plan import Plan, parse

PLAN = '{more}id = "{id}"\npurpose = "x"\ntable = "public.orders"\n[add]\ncolumn = "priority"\ntype = "int"'
SHOP = "postgresql://u@primary/shop"


def made(dsn: str = SHOP, **named: str) -> Routes:
    entries = tuple(Database(name, text, file="lintel.toml") for name, text in named.items())
    return routes.of(Settings(server=Server(dsn=dsn), databases=entries))


def plan(name: str = "p", more: str = "") -> Plan:
    return parse(PLAN.format(id=name, more=more + "\n"), f"{name}.toml")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGDATABASE", "PGSERVICE", "PGSSLMODE", "PGPORT"):
        monkeypatch.delenv(name, raising=False)


LEADS = [
    ("shop", "primary", "shop"),  # [server]
    ("other", "primary", "other"),
    ("shop_ro", "replica", "shop"),
    ("logs", "logs", "logs"),  # its DSN names no database
    ("tenant_7", "tenants", "tenant_7"),
    ("tenant_9", "nine", "x"),  # the name itself goes before a pattern
    ("a7z", "first", "a7z"),  # the first pattern of the file
    ("tenant_", "tenants", "tenant_"),
    ("a.z", "first", "a.z"),
    ("a", "primary", "a"),
]


@pytest.mark.parametrize(("asked", "host", "database"), LEADS)
def test_where_a_name_leads(asked: str, host: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATABASE", "of_the_environment")
    named = {
        "shop_ro": "host=replica dbname=shop",
        "logs": "postgresql://logs",
        "tenant_*": "host=tenants",
        "a*z": "host=first",
        "a7*": "host=second",
        "tenant_9": "host=nine dbname=x",
    }
    route = made(**named).find(asked)
    assert route is not None
    assert (route.server.addresses[0][0], route.leads_to(asked)) == (host, database)


def test_without_a_server_other_names_lead_nowhere() -> None:
    assert made("", shop="host=a").find("other") is None
    assert made("", **{"*": "host=a"}).find("other") is not None
    assert made("").server is not None  # PG* variables, where there is nothing else


def test_the_catalog_may_be_read_as_somebody_else() -> None:
    entry = Database("shop_ro", "host=r dbname=shop user=app", "host=primary user=lintel dbname=postgres")
    route = routes.of(Settings(databases=(entry,))).find("shop_ro")
    assert route is not None
    assert (route.control.user, route.control.database, route.control.where) == ("lintel", "shop", "primary:5432")


def test_a_bad_dsn_names_file_and_key() -> None:
    with pytest.raises(ConfigError) as caught:
        made(shop="mysql://u:hunter2@h/d")
    assert (caught.value.file, caught.value.key) == ("lintel.toml", "databases.shop")
    assert "hunter2" not in str(caught.value)


NAMED = {"shop_ro": "host=replica dbname=shop", "shop_us": "host=us dbname=shop", "logs": "host=logs", "t_*": "host=t"}

HOLDS = [
    # A plan's own keys; where it holds, by what clients ask for.
    ("", {"shop", "shop_ro", "shop_us"}),
    ('database = "shop"', {"shop", "shop_ro", "shop_us"}),
    ('database = "logs"', {"logs"}),
    ('database = "t_1"', {"t_1"}),
    ('routes = ["[server]", "shop_ro"]\ndatabase = "shop"', {"shop", "shop_ro"}),
    ('routes = ["shop_us"]', {"shop_us"}),
    ('routes = ["t_*"]', {"t_1", "t_2"}),
    ('routes = ["t_*"]\ndatabase = "t_2"', {"t_2"}),
]


@pytest.mark.parametrize(("keys", "expected"), HOLDS)
def test_where_a_plan_holds(keys: str, expected: set[str]) -> None:
    found = made(**NAMED)
    only = plan(more=keys)
    found.check([only])
    held = set()
    for asked in ("shop", "other", "shop_ro", "shop_us", "logs", "t_1", "t_2"):
        route = found.find(asked)
        assert route is not None
        if found.plans_of([only], route, route.leads_to(asked)):
            held.add(asked)
    assert held == expected


TOGETHER = [
    ('routes = ["[server]"]\ndatabase = "shop"', 'routes = ["shop_us"]', True),
    ('database = "t_1"', 'database = "t_2"', True),
    ('routes = ["t_*"]', 'database = "logs"', True),
    ("", 'routes = ["shop_us"]', False),
    ('routes = ["t_*"]', 'database = "t_2"', False),
    ('routes = ["shop_ro", "shop_us"]', 'routes = ["shop_us"]', False),
]


@pytest.mark.parametrize(("one", "other", "fine"), TOGETHER)
def test_two_plans_for_one_column_never_meet(one: str, other: str, fine: bool) -> None:
    plans = [plan("one", one), plan("other", other)]
    if fine:
        made(**NAMED).check(plans)
    else:
        with pytest.raises(ConfigError, match=r"no other active plan has; one\.toml has it too"):
            made(**NAMED).check(plans)


def test_a_plan_is_for_somebody() -> None:
    with pytest.raises(ConfigError, match=r'p\.toml: routes: .*"shop_eu" is none'):
        made(**NAMED).check([plan(more='routes = ["shop_eu"]')])
    with pytest.raises(ConfigError, match=r"p\.toml: database: missing"):
        made("", **NAMED).check([plan()])
    made("", **NAMED).check([plan(more='database = "shop"')])
