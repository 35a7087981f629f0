"""What the oracle cannot say, as data: the SQLSTATE and words with which a function's body refuses what a session runs.

Each is a statement that Postgres executes but cannot keep as `CREATE FUNCTION ... BEGIN ATOMIC`. It is left out of the
count, never counted as exact.
"""

from bench.oracle.tree import Rejection

# (SQLSTATE, part of the message, reason)
LIMITS: tuple[tuple[str, str, str], ...] = (
    ("25006", "read-only transaction", "a function cannot be created in a read-only transaction"),
    ("42501", "permission denied for language sql", "the suite has taken the right to create functions away"),
    ("42501", "permission denied for schema oracle", "the role may not use the schema of the oracle"),
    ("0A000", "constant of the type reg", "a stored query must not depend on a role"),
    ("42P17", "infinite recursion detected in policy", "creating the function rewrites its body, and fails there"),
    ("42P17", "infinite recursion detected in rules", "creating the function rewrites its body, and fails there"),
    ("XX000", "conversion function from unknown", "a function has no parameters of type unknown"),
)

# Of a Query message of several statements: each is judged before the first has run.
EARLIER = "an earlier statement of the same Query message makes what this one names"


def limit(rejection: Rejection) -> str | None:
    """The reason why the oracle cannot judge this, where it is a documented one."""
    for sqlstate, words, reason in LIMITS:
        if rejection.sqlstate == sqlstate and words in rejection.message:
            return reason
    return None
