"""What code with Django does to the orders of test_orms, and what it gets. Knows nothing of Lintel."""

import django
from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from psycopg.conninfo import conninfo_to_dict


class Shop(AppConfig):
    """The application that django_steps has the models of."""

    name, label, default_auto_field = "tests.e2e.clients", "shop", "django.db.models.AutoField"


def answers(dsn: str) -> list[object]:
    """Each step's, in order."""
    given = conninfo_to_dict(dsn)
    database = {
        "ENGINE": "django.db.backends.postgresql", "NAME": given["dbname"], "USER": given["user"],
        "PASSWORD": given.get("password", ""), "HOST": given["host"], "PORT": given["port"],
        "OPTIONS": {"application_name": given["application_name"]},
    }  # fmt: skip
    if not settings.configured:
        apps = ["tests.e2e.clients.with_django.Shop"]
        settings.configure(DATABASES={"default": database}, INSTALLED_APPS=apps, USE_TZ=True)
        django.setup()
    connections["default"].close()
    connections["default"].settings_dict.update(database)
    from tests.e2e.clients import django_steps

    found: list[object] = []
    try:
        for steps in django_steps.ALL:
            found += [(steps.__name__, answer) for answer in steps()]
    finally:
        connections["default"].close()
    return found
