"""The routes: what is shown at which path, what may be ordered. It is handed its sources and knows none of the parts.

GET shows, POST orders. An order's answer is a JSON object with its HTTP status; `?force=true` goes with it.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lintel.admin.guard import Access, Guard
from lintel.admin.readiness import Check, failures

NO_STORE = {"Cache-Control": "no-store"}

Exposition = Callable[[], Awaitable[tuple[bytes, str]]]
Status = Callable[[], Awaitable[Mapping[str, object]]]
Answer = tuple[int, Mapping[str, object]]
Order = Callable[[bool], Awaitable[Answer]]  # with force or without


async def _unknown() -> Mapping[str, object]:
    return {}


def application(
    exposition: Exposition,
    checks: Mapping[str, Check],
    access: Access,
    problems: Callable[[], Mapping[str, str]] = dict,
    status: Status = _unknown,
    orders: Mapping[str, Order] | None = None,
) -> Starlette:
    """/metrics is what `exposition` returns (page, content type); /readyz is 200 only while every check holds.

    `problems` are shown there too: what somebody should look at, but no reason to send the traffic elsewhere. Each of
    `orders` is a path to POST to, by its name.
    """

    async def metrics(_: Request) -> Response:
        page, content_type = await exposition()
        return Response(page, headers={**NO_STORE, "Content-Type": content_type})

    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok\n", headers=NO_STORE)

    async def readyz(_: Request) -> Response:
        reasons = await failures(checks)
        body: dict[str, object] = {"ready": not reasons, "checks": {name: reasons.get(name, "ok") for name in checks}}
        if found := problems():
            body["problems"] = found
        return JSONResponse(body, 503 if reasons else 200, NO_STORE)

    async def standing(_: Request) -> Response:
        return JSONResponse(await status(), headers=NO_STORE)

    routes = [
        Route("/metrics", metrics),
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/status", standing),
        *(Route(f"/{name}", _ordered(order), methods=["POST"]) for name, order in (orders or {}).items()),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard, access=access)])


def _ordered(order: Order) -> Callable[[Request], Awaitable[Response]]:
    async def obey(request: Request) -> Response:
        code, body = await order(request.query_params.get("force") == "true")
        return JSONResponse(body, code, NO_STORE)

    return obey
