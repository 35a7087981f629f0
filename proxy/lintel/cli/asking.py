"""A running Lintel, asked over its admin side."""

import http.client
import json
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from lintel.config import Address, Flag, load

SECONDS = 10.0  # several workers may take some
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "*": "127.0.0.1", "::": "::1"}  # noqa: S104 - where it listens


class Reply(NamedTuple):
    """What it says; `body` is empty where that is no JSON object."""

    status: int
    body: dict[str, Any]
    text: str


class Silent(Exception):
    """Nobody answers there; the message is for people."""


class Running(NamedTuple):
    """Where it listens, and the token that opens it."""

    address: Address
    token: str

    def get(self, path: str, seconds: float = SECONDS) -> Reply:
        """What is shown there. Silent where nobody answers in time."""
        return self._ask("GET", path, seconds)

    def post(self, path: str) -> Reply:
        """An order."""
        return self._ask("POST", path, SECONDS)

    def _ask(self, method: str, path: str, seconds: float) -> Reply:
        host = _ANYWHERE.get(self.address.host, self.address.host)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = None
        if method == "POST":
            headers["Content-Type"], body = "application/json", "{}"
        try:
            with closing(http.client.HTTPConnection(host, self.address.port, timeout=seconds)) as connection:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                return _reply(answer.status, answer.read().decode("utf-8", "replace"))
        except (OSError, http.client.HTTPException) as problem:
            raise Silent(f"no Lintel answers at {self.address}: {problem or type(problem).__name__}") from None


def running(file: Path | None, admin: str | None) -> Running:
    """Where --admin says, else the configuration."""
    settings = load(file, [Flag("--admin", "admin.address", admin)]).settings.admin
    return Running(settings.address, settings.token)


def every(file: Path | None, admins: list[str] | None) -> list[Running]:
    """Likewise of several."""
    return [running(file, admin) for admin in admins] if admins else [running(file, None)]


def _reply(status: int, text: str) -> Reply:
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    return Reply(status, body if isinstance(body, dict) else {}, text.strip())
