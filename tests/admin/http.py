"""One HTTP request over a real socket, without a client library in between."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


async def get(port: int, path: str, headers: dict[str, str] | None = None) -> Answer:
    return await _ask(port, "GET", path, headers)


async def post(port: int, path: str, headers: dict[str, str] | None = None) -> Answer:
    return await _ask(port, "POST", path, headers)


async def _ask(port: int, method: str, path: str, headers: dict[str, str] | None) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    fields = {"Host": f"127.0.0.1:{port}", "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
    raw = (await asyncio.wait_for(reader.read(), 10)).decode()
    writer.close()
    await writer.wait_closed()
    top, _, body = raw.partition("\r\n\r\n")
    status, *lines = top.split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return Answer(int(status.split()[1]), {name.lower(): value for name, value in pairs}, body)
