"""The routes: what is shown at which path. It is handed its sources and knows none of the parts behind them."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lintel.admin.guard import Access, Guard
from lintel.admin.readiness import Check, failures

NO_STORE = {"Cache-Control": "no-store"}


def application(
    exposition: Callable[[], Awaitable[tuple[bytes, str]]],
    checks: Mapping[str, Check],
    access: Access,
    problems: Callable[[], Mapping[str, str]] = dict,
) -> Starlette:
    """/metrics is what `exposition` returns (page, content type); /readyz is 200 only while every check holds.

    `problems` are shown there too: what somebody should look at, but no reason to send the traffic elsewhere.
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

    routes = [Route("/metrics", metrics), Route("/livez", livez), Route("/readyz", readyz)]
    return Starlette(routes=routes, middleware=[Middleware(Guard, access=access)])
