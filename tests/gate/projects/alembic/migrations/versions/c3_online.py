"""Needs a connection, so that it cannot be written as SQL."""

from alembic import op

revision = "c3"
down_revision = "b2"


def upgrade() -> None:
    op.get_bind().execute("SELECT 1").fetchall()
