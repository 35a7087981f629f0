"""`lintel serve`: the proxy."""

from typing import Annotated

import typer

from lintel.cli import options
from lintel.config import Flag, load


def serve(
    file: options.File = None,
    server: options.Server = None,
    listen: options.Listen = None,
    admin: Annotated[str | None, typer.Option("--admin", metavar="HOST:PORT", help="Metrics and health.")] = None,
    store: options.Store = None,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Processes that share the work.")
    ] = None,
    plan: options.Plans = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Log at level debug.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Log at level warning.")] = False,
) -> None:
    """Run the proxy: relay, record, and do what the plans say.

    Prints `lintel ready listen=HOST:PORT admin=HOST:PORT` when it is; port 0 picks a free one.
    SIGTERM drains: idle sessions end at once, others when their transaction has. SIGHUP reads the configuration
    and the plans anew. SIGUSR2 starts this command again and hands the listening sockets over to it.
    """
    from lintel.app import configuration
    from lintel.app import serve as run

    flags = [
        Flag("--server", "server.dsn", server),
        Flag("--listen", "listen.address", listen),
        Flag("--admin", "admin.address", admin),
        Flag("--store", "record.store", store),
        Flag("--workers", "process.workers", workers),
        Flag("--plan", "shield.plans", [str(one) for one in plan or ()]),
        Flag("-v" if verbose else "-q", "log.level", "debug" if verbose else "warning" if quiet else None),
    ]

    run(lambda: configuration.of(load(file, flags).settings), lambda line: print(line, flush=True))
