"""Orders and customers."""

import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade() -> None:
    op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True), sa.Column("total", sa.Numeric))
    op.create_table("customers", sa.Column("cid", sa.Integer), sa.Column("name", sa.Text))
