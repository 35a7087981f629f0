"""Nobody wants the total any more."""

import sqlalchemy as sa
from alembic import op

revision = "b2"
down_revision = "a1"


def city() -> None:
    op.execute("ALTER TABLE customers ADD COLUMN city text")


def upgrade() -> None:
    # lintel: ignore DRP-02, DRP-05
    op.drop_column(
        "orders",
        "total",
    )
    with op.batch_alter_table("orders") as batch:
        batch.add_column(sa.Column("prio", sa.SmallInteger))
    op.execute("""
        UPDATE orders SET prio = 1
    """)
    city()


def downgrade() -> None:
    op.drop_column("orders", "prio")
