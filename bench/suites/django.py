"""Django's own tests: started by Django's own runner, against whatever server a connection says."""

from pathlib import Path

from bench.suites.command import Connection, run
from bench.suites.sources import Place

_REQUIREMENT = "django==5.2.19"
_SETTINGS = """
import os
_here = {"ENGINE": "django.db.backends.postgresql", "HOST": os.environ["PGHOST"], "PORT": os.environ["PGPORT"],
         "USER": os.environ["PGUSER"], "PASSWORD": os.environ["PGPASSWORD"]}
DATABASES = {"default": {**_here, "NAME": "django"}, "other": {**_here, "NAME": "django_other"}}
SECRET_KEY = "not secret"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
"""


def run_tests(place: Place, connection: Connection, packages: str, printed: Path, whole: int | None = None) -> str:
    """What the runner said of these packages of tests, a line for each test; `whole` as `command.run` has it."""
    root = place.unpacked(_REQUIREMENT, "django") / "tests"
    (root / "lintel_settings.py").write_text(_SETTINGS)
    options = ["--noinput", "-v", "2", "--parallel", "1", "--settings", "lintel_settings"]
    command = [str(place.python), "runtests.py", *options, *packages.split()]
    return run(command, root, printed, connection, whole)
