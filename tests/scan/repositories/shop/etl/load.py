"""Select the orders from the shop and put them into the warehouse."""

import pandas as pd
from sqlalchemy import text

TABLE = "orders"
STATUS = "SELECT DISTINCT status FROM orders"


def load(connection, since):
    query = """
        SELECT id, total
          FROM orders
         WHERE placed_at > %(since)s
    """
    return pd.read_sql(query, connection, params={"since": since})


class Cleaner:
    def clean(self, session, limit, column):
        session.execute(text("DELETE FROM orders WHERE status = :status"), {"status": "old"})
        session.execute(f"SELECT customer_id FROM orders LIMIT {limit}")
        session.execute("SELECT note FROM " + TABLE + " WHERE id = ?", [1])
        session.execute("SELECT %s FROM orders WHERE total > 5" % column)
        session.execute("SELECT {} FROM orders".format(column))


def whole(connection):
    return pd.read_sql_table("orders", connection, schema="public")
