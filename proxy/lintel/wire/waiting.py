"""Why the client's input waits: what State.blocked says."""

from typing import Final

FREE: Final = 0
IN_STARTUP: Final = 1  # it does not wait, but only passwords pass
FOR_STARTUP: Final = 6  # the session is not open yet
FOR_READY: Final = 2  # what was sent has to be answered first: it may change how the next is decided
FOR_PARSE: Final = 3  # a statement that is being prepared again, or a table that is being probed
FOR_ANSWER: Final = 4  # the session is being asked
FOR_DDL: Final = 7  # how the catalog is to what the client does next
FOR_DECISION: Final = 8  # the shell is having a long text decided, while other sessions go on
FOR_CATALOG: Final = 5  # the shell is fetching a new snapshot; the server's output waits too
