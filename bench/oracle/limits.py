"""What the oracle cannot say, as data: the SQLSTATE and words with which a function's body refuses what a session runs.

Each is a statement that Postgres executes but cannot keep as `CREATE FUNCTION ... BEGIN ATOMIC`. It is left out of the
count, never counted as exact.
"""

from bench.oracle.tree import Rejection

# (SQLSTATE, part of the message, reason)
LIMITS: tuple[tuple[str, str, str], ...] = (
    ("25006", "read-only transaction", "a function cannot be created in a read-only transaction"),
)


def limit(rejection: Rejection) -> str | None:
    """The reason why the oracle cannot judge this, where it is a documented one."""
    for sqlstate, words, reason in LIMITS:
        if rejection.sqlstate == sqlstate and words in rejection.message:
            return reason
    return None
