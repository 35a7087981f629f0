"""What `lintel explain` says of each rule: a case that provokes it, what the client gets, what the shield does.

Data, beside the catalogue in `rules`. The cases are for the tables of SCHEMA; a test has `impact` find each of them.
"""

from typing import NamedTuple

from lintel.impact.rules import RULES

SCHEMA = """\
CREATE TABLE orders (id int PRIMARY KEY, cid int, total numeric(10,2), note varchar(5));
CREATE TABLE customers (cid int PRIMARY KEY, name text, prio smallint);
CREATE TABLE archive (id int, cid int, total numeric(10,2), note varchar(5));
CREATE VIEW everything AS SELECT id, cid, total, note FROM orders;
"""
_ADD = "ALTER TABLE orders ADD COLUMN prio smallint"
_DROP = "ALTER TABLE orders DROP COLUMN total"
_RENAME = "ALTER TABLE orders RENAME COLUMN total TO amount"
_RETYPE = "ALTER TABLE orders ALTER COLUMN cid TYPE bigint"
_TEXT = "ALTER TABLE orders ALTER COLUMN cid TYPE text"

_HIDES = "shows the client the table that it was built for: the column is hidden from the item in FROM"
_LISTS = "gives the statement the list of the columns that the client was built for"
_IMAGINES = "lets the column read as its default until it is there"
_SERVER_SIDE = "a proxy cannot: it happens inside the server"
_REFUSES = "refuses a statement that cannot be carried, with a message that names the plan"
_WHOLE = "makes rows of the columns that the client was built for inside functions such as to_jsonb; else refuses them"
_RETYPES = "casts the column to the type that the client was built for ([retype])"
_RENAMES = "gives the column the name that the client was built for ([rename])"
_DROPS = "lets the column read as its default after it has gone ([drop]); stars keep it"


class Explanation(NamedTuple):
    """A case, and what becomes of it."""

    change: str
    case: str | None  # a client's statement; None: something that is no statement, which `gets` describes
    gets: str
    shield: str


EXPLANATIONS: dict[str, Explanation] = {
    "ADD-01": Explanation(_ADD, "SELECT * FROM orders WHERE id = $1",
        "0A000 'cached plan must not change result type' at the next Bind or Describe, and 25P02 for the rest of the "
        "transaction. Preparing anew on the same connection is not enough: drivers keep the old row description.",
        f"{_HIDES}, so that one prepared statement lives through the change"),
    "ADD-02": Explanation(_ADD, "SELECT name FROM orders JOIN customers USING (cid) ORDER BY prio",
        "42702 'column reference \"prio\" is ambiguous': the name was customers' alone.", _HIDES),
    "ADD-03": Explanation(_ADD,
        "SELECT w.name FROM customers c JOIN orders o ON o.cid = c.cid JOIN customers w USING (prio)",
        "42702 'common column name \"prio\" appears more than once in left table'.", _HIDES),
    "ADD-04": Explanation(_ADD, "SELECT * FROM orders UNION ALL SELECT * FROM archive",
        "42601 'each UNION query must have the same number of columns'.", _HIDES),
    "ADD-05": Explanation(_ADD, "INSERT INTO archive SELECT * FROM orders",
        "42601 'INSERT has more expressions than target columns'; the rows are not written.", _HIDES),
    "ADD-06": Explanation(_ADD, "SELECT 1 WHERE (1, 2, 3, 'x') IN (SELECT * FROM orders)",
        "42601 'subquery has too many columns' (or 'must return only one column').", _HIDES),
    "ADD-07": Explanation(_ADD, "COPY orders FROM STDIN",
        "22P04 'missing data for column \"prio\"'; in binary format 'row field count is 4, expected 5'.", _LISTS),
    "ADD-08": Explanation(_ADD, None,
        "A function that returns SELECT * as other columns fails with 42804 (PL/pgSQL) or 42P13 (SQL); one with a "
        "variable named prio with 42702, when it next runs.", _SERVER_SIDE),
    "ADD-09": Explanation(_ADD, None,
        "A view made with * keeps the columns of that day: it silently lacks prio. CREATE OR REPLACE VIEW with t.* in "
        "the middle fails with 42P16.", _SERVER_SIDE),
    "ADD-10": Explanation(_ADD, "SELECT ROW(1, 2, 3, 'x')::orders",
        "42846 'cannot cast type record to orders' (for the literal '(1,2,3,x)'::orders 22P02). Another table's column "
        "of the row type makes the server refuse a change that fills or rewrites such rows (0A000).", _REFUSES),
    "ADD-11": Explanation("ALTER TABLE orders ADD COLUMN extra json", "SELECT DISTINCT * FROM orders",
        "42883 'could not identify an equality operator for type json'.", _HIDES),
    "ADD-12": Explanation(_ADD, None,
        "A role that has SELECT (id, cid, total, note) gets 42501 'permission denied for table orders' for SELECT *, "
        "RETURNING *, a whole row or COPY once there is a column without a GRANT.", _HIDES),
    "ADD-13": Explanation("ALTER TABLE orders ADD COLUMN prio smallint NOT NULL", "INSERT INTO orders (id) VALUES (1)",
        "23502 for NOT NULL, 23514 for CHECK (with NOT VALID also for updates of old rows that never touch the "
        "column), 23503 and 23505 for defaults under FOREIGN KEY and UNIQUE, 428C9 for writes of a generated column.",
        "carries a column that gets NOT NULL later; constraints are the server's"),
    "ADD-14": Explanation("ALTER TABLE orders ADD COLUMN total int", None,
        "The ALTER TABLE fails: 42701 for a name that is taken or a system column's, 42809 for a partition or a table "
        "OF a type, 42804 where a child has the column with another type.", "nothing: no client is concerned"),
    "ADD-15": Explanation(_ADD, None,
        "The subscriber stops with 55000 'logical replication target relation is missing replicated column', and the "
        "publisher keeps WAL for it.", "a proxy cannot: replication does not pass through it"),
    "ADD-16": Explanation(_ADD, None,
        "The ALTER waits for ACCESS EXCLUSIVE behind every open transaction that used the table, and every later "
        "reader waits behind the ALTER: a latency cliff, then 55P03 or 57014.", "nothing: the queue is the server's"),
    "ADD-20": Explanation(_ADD, "SELECT * FROM orders",
        "No error from the server. A client that reads by position or into a fixed struct fails or shifts its fields "
        "(Go: 'expected 4 destination arguments in Scan, not 5').", _HIDES),
    "ADD-21": Explanation(_ADD, "SELECT name FROM orders NATURAL JOIN customers",
        "No error: the join is on cid and prio now, so rows vanish.", _HIDES),
    "ADD-22": Explanation(_ADD,
        "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.cid = c.cid AND prio = 7)",
        "No error: prio was that of customers, and is that of orders now.", _HIDES),
    "ADD-23": Explanation(_ADD, "SELECT row_to_json(o) FROM orders o",
        "No error, not even for a prepared statement: the document has one more key.", _WHOLE),
    "ADD-24": Explanation(_ADD, "INSERT INTO orders VALUES (1, 2, 3, 'x')",
        "It goes on working; it breaks at NOT NULL, DROP COLUMN, or where columns come in another order.", _LISTS),
    "ADD-25": Explanation("ALTER TABLE orders ADD COLUMN score int", None,
        "o.score called the function score(o); it is the column now.", _HIDES),
    "ADD-26": Explanation(_ADD, "SELECT DISTINCT * FROM orders",
        "No error: rows that were duplicates differ in the new column.", _HIDES),
    "DRP-01": Explanation(_DROP, "SELECT total FROM orders", "42703 'column \"total\" does not exist'.", _DROPS),
    "DRP-02": Explanation(_DROP, "SELECT * FROM orders", "0A000 for a prepared statement; else a column less.", _DROPS),
    "DRP-03": Explanation(_DROP, "INSERT INTO orders VALUES (1, 2, 3, 'x')",
        "42601 'INSERT has more expressions than target columns'; COPY gets 22P04 'extra data'.", _DROPS),
    "DRP-04": Explanation(_DROP, "DELETE FROM archive WHERE id IN (SELECT id FROM orders WHERE total = 1)",
        "No error: total is that of archive now. A DELETE takes rows that nobody meant.", _DROPS),
    "DRP-05": Explanation(_DROP, None,
        "2BP01 'cannot drop column total because other objects depend on it'; with CASCADE views and functions go. "
        "Indexes and constraints on the column alone go without a word.", _SERVER_SIDE),
    "DRP-06": Explanation(_DROP, "SELECT to_jsonb(o) ->> 'total' FROM orders o", "No error: NULL.", _WHOLE),
    "DRP-07": Explanation("ALTER TABLE orders DROP COLUMN cid", "INSERT INTO orders VALUES (1, 2, 3)",
        "No error where the types fit: 2 goes into total, 3 into note.", _DROPS),
    "REN-01": Explanation(_RENAME, "SELECT total FROM orders", "42703 'column \"total\" does not exist'.", _RENAMES),
    "REN-02": Explanation(_RENAME, "SELECT * FROM orders",
        "0A000 for a prepared statement: names are part of the result. Else a column with another name.", _RENAMES),
    "REN-03": Explanation(_RENAME, None,
        "A view goes on showing total. A function whose body is text fails with 42703 when it next runs.",
        _SERVER_SIDE),
    "REN-04": Explanation("ALTER TABLE orders RENAME id TO x; ALTER TABLE orders RENAME cid TO id; "
        "ALTER TABLE orders RENAME x TO cid", "SELECT id FROM orders", "No error: the other column's values.",
        "one plan renames one column to a free name; a swap takes two"),
    "TYP-01": Explanation(_RETYPE, "SELECT cid FROM orders",
        "0A000 for a prepared statement, even for varchar(5) -> varchar(10).", _RETYPES),
    "TYP-02": Explanation(_TEXT, "SELECT id FROM orders WHERE cid = 7",
        "42883 'operator does not exist: text = integer', 42804 for what is assigned or joined, 22001 or 22003 for "
        "values that no longer fit.", _RETYPES),
    "TYP-03": Explanation(_RETYPE, "SELECT id FROM orders WHERE cid = $1",
        "08P01 'insufficient data left in message' for a client that sends four bytes where eight are expected.",
        _RETYPES),
    "TYP-04": Explanation(_RETYPE, None,
        "0A000 'cannot alter type of a column used by a view or rule' (a trigger, a policy, a generated column).",
        _SERVER_SIDE),
    "NEW-01": Explanation(_ADD, "SELECT prio FROM orders",
        "42703 until the column is there, and 25P02 for the rest of the transaction.", _IMAGINES),
    "NEW-02": Explanation(_ADD, "UPDATE orders SET prio = 1 WHERE id = $1",
        "42703 until the column is there; the write is lost with its transaction.",
        'refuses the write with a message that names the plan, or drops it (absent_writes = "discard")'),
    "NEW-03": Explanation(_ADD, "DELETE FROM customers WHERE cid IN (SELECT cid FROM orders WHERE prio = 7)",
        "No error before the column is there: prio is that of customers, and the DELETE takes too many rows.",
        f"{_IMAGINES}, so that the name is found where it was meant"),
}  # fmt: skip


def listed() -> str:
    """All rules, a line each."""
    return "\n".join(f"{rule.id}  {rule.sqlstate or 'silent':6}  {rule.title}" for rule in RULES.values())


def explained(rule: str) -> str:
    """One rule, for people; KeyError where there is none."""
    about, more = RULES[rule], EXPLANATIONS[rule]
    lines = [f"{about.id}  {about.title}  ({about.sqlstate or 'silent'})", ""]
    lines += [f"    {more.change};", *([f"    {more.case}"] if more.case else []), ""]
    lines += [f"gets:    {more.gets}", f"fix:     {about.fix}", f"shield:  {more.shield}"]
    return "\n".join(lines)


def page() -> str:
    """docs/rules.md."""
    parts = [_HEAD]
    for rule, more in EXPLANATIONS.items():
        about = RULES[rule]
        case = f"\n{more.case};" if more.case else ""
        parts.append(
            f"## {rule}: {about.title}\n\nSQLSTATE: {about.sqlstate or 'none, it is silent'}\n\n"
            f"```sql\n{more.change};{case}\n```\n\n"
            f"- Gets: {more.gets}\n- Fix: {about.fix}\n- Shield: {more.shield}\n"
        )
    return "\n".join(parts)


_HEAD = f"""# Rules

What `lintel impact` finds, and `lintel explain` explains. Written from the same data; do not edit.

ADD: a column comes. DRP: one goes. REN: one gets another name. TYP: one gets another type. NEW: code that was written
for a column that is not there yet. The cases are for these tables, each change with the statement that meets it:

```sql
{SCHEMA}```
"""
