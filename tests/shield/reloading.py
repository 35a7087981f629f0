"""The plans of a Lintel that runs, put in force and taken out of it, and the orders for that."""

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.shield.planned import SECONDS


def ordered(admin: str, order: str) -> dict[str, Any]:
    """What the admin side answers, once the order has been followed."""
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"http://{admin}/{order}", b"{}", headers, method="POST")
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


class Plans:
    """Files by some name."""

    def __init__(self, admin: str, files: Mapping[str, Path]) -> None:
        self._admin = admin
        self._files = files
        self._texts = {name: file.read_text() for name, file in files.items()}
        self.away: frozenset[str] = frozenset()  # not in force
        self.off = False
        self._times = 0

    def keep_away(self, *names: str) -> None:
        """These, and no others; each file is another one than before."""
        self._times += 1
        self.away = frozenset(names)
        for name, file in self._files.items():
            text = self._texts[name].replace('purpose = "x"', f'purpose = "x{self._times}"')
            file.write_text(f"released = true\n{text}" if name in self.away else text)
        assert ordered(self._admin, "reload?force=true")["reloaded"]

    def restore(self) -> None:
        """All of them are in force."""
        self.switch(off=False)
        if self.away:
            self.keep_away()

    def switch(self, *, off: bool) -> None:
        """All of them at once, whatever is parked."""
        if off != self.off:
            self.off = off
            ordered(self._admin, "off?force=true" if off else "on")
