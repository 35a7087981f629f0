"""The catalogue of failure modes as data: what `impact` can find, what the client gets, and what helps.

Texts may name the {table}, its {columns} and {roles}. A rule without SQLSTATE is silent: no error, another result.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """One way in which a change of columns breaks a client."""

    id: str
    title: str
    sqlstate: str | None
    message: str
    fix: str


_SHIELD = "declare the change as a plan, so that Lintel keeps this client's view of the table until it is rebuilt"

_ALL = (
    Rule("ADD-01", "A prepared star", "0A000",
         "if it is prepared, the next run fails with 'cached plan must not change result type' once {table} has "
         "{columns}",
         f"name the columns instead of *, or {_SHIELD}"),
    Rule("ADD-02", "An ambiguous name", "42702",
         "an unqualified name in it becomes ambiguous once {table} has {columns}",
         f"qualify the name with its table or alias, or {_SHIELD}"),
    Rule("ADD-03", "An ambiguous name in USING", "42702",
         "USING names a column that then appears more than once on its left side, because {table} has {columns}",
         f"write ON with qualified names, or {_SHIELD}"),
    Rule("ADD-04", "A star under UNION", "42601",
         "the queries of UNION, INTERSECT or EXCEPT no longer have the same number of columns",
         f"name the columns instead of *, or {_SHIELD}"),
    Rule("ADD-05", "INSERT from a star", "42601",
         "INSERT has more expressions than target columns once * covers {columns} of {table}",
         f"name the columns instead of *, or {_SHIELD}"),
    Rule("ADD-06", "A star where one value or a fixed row is expected", "42601",
         "the subquery returns more columns than are expected, once * covers {columns} of {table}",
         f"name the columns instead of *, or {_SHIELD}"),
    Rule("ADD-07", "COPY FROM without a column list", "22P04",
         "COPY without a column list expects data for {columns} of {table}, which this client does not send",
         f"give COPY a column list, or {_SHIELD}"),
    Rule("ADD-08", "A function whose result or variables clash with the column", "42804",
         "it fails when it next runs, because {table} has {columns}",
         "name the columns instead of *, and qualify names that are also variables"),
    Rule("ADD-09", "A view over all columns", "42P16",
         "it lists every column of {table}: it will silently lack {columns}, and CREATE OR REPLACE VIEW with * is "
         "refused unless new columns come last",
         "if its readers need the column, add it at the end of the view's list"),
    Rule("ADD-10", "A row made as a value of the table's type", "42846",
         "it makes a row of the type of {table} from the values of the old columns; the type has {columns} besides",
         "name the columns instead of casting to the row type"),
    Rule("ADD-11", "Rows that can no longer be compared", "42883",
         "it compares whole rows (DISTINCT, UNION, GROUP BY), and {columns} of {table} has no equality operator",
         f"name the columns that are to be compared, use jsonb instead of json, or {_SHIELD}"),
    Rule("ADD-12", "A column without a privilege", "42501",
         "as {roles}, who has privileges on single columns of {table} only, it comes to use {columns} without one",
         "grant the role the privilege on the new column in the same migration, or name the columns"),
    Rule("ADD-13", "A write that a new constraint refuses", "23502",
         "it writes what a new constraint of {table} does not allow",
         "give the column a default, or add it nullable first; bring old rows and writers in line first"),
    Rule("ADD-14", "DDL that the server refuses", "42701",
         "the server refuses the statement",
         "add the column where it can be added, under a name that is free"),
    Rule("ADD-15", "A subscriber without the column", "55000",
         "it sends {columns} of {table} to its subscribers, and replication stops at one whose table lacks it",
         "make the change on every subscriber first"),
    Rule("ADD-16", "A lock that others hold", "55P03",
         "the statement waits for the lock, and every later reader waits behind it",
         "end those transactions first, and set lock_timeout so that the statement gives up instead"),
    Rule("ADD-20", "A star read by position", None,
         "its result grows by {columns} of {table}: clients that read by position or into fixed structures break",
         f"name the columns instead of *, or {_SHIELD}"),
    Rule("ADD-21", "NATURAL JOIN", None,
         "NATURAL JOIN then also joins on {columns} of {table}: rows vanish without an error",
         f"write USING with the columns that are meant, or {_SHIELD}"),
    Rule("ADD-22", "A captured name", None,
         "a name in a subquery means a column of an outer table now, and {columns} of {table} after the change",
         f"qualify the name with its table or alias, or {_SHIELD}"),
    Rule("ADD-23", "A whole row", None,
         "the whole row of {table} is used as one value, which grows by {columns}",
         f"name the columns, or {_SHIELD}"),
    Rule("ADD-24", "INSERT without a column list", None,
         "it supplies values by position for {table}; it goes on working, and breaks once {columns} is NOT NULL, or "
         "columns are dropped or in another order",
         "give INSERT a column list"),
    Rule("ADD-25", "A column that shadows a function", None,
         "t.name calls a function of that name now, and reads {columns} of {table} after the change",
         "call the function as name(t)"),
    Rule("ADD-26", "DISTINCT over a star", None,
         "DISTINCT * compares {columns} of {table} too: other rows count as duplicates",
         f"name the columns instead of *, or {_SHIELD}"),
    Rule("DRP-01", "A name that is gone", "42703",
         "it names {columns} of {table}, which is no longer there",
         "change the client first, and drop the column when nobody names it any more"),
    Rule("DRP-02", "A prepared star", "0A000",
         "if it is prepared, the next run fails with 'cached plan must not change result type' once {columns} of "
         "{table} is gone",
         "name the columns instead of *"),
    Rule("DRP-03", "Values by position", "42601",
         "it supplies values by position for {table}, more than there are columns without {columns}",
         "give INSERT or COPY a column list without the column"),
    Rule("DRP-04", "A captured name", None,
         "a name that means {columns} of {table} silently means something else afterwards: a DELETE may take too "
         "many rows",
         "qualify the name with its table or alias, so that it fails loudly"),
    Rule("DRP-05", "An object that uses the column", "2BP01",
         "it uses {columns} of {table} and blocks the change (with CASCADE it is dropped)",
         "replace or drop the object first"),
    Rule("DRP-06", "A whole row", None,
         "the whole row of {table} is used as one value; {columns} silently vanishes from it",
         "name the columns that are meant"),
    Rule("DRP-07", "Values that shift", None,
         "it supplies values by position for {table}: without {columns} they silently go into other columns",
         "give INSERT a column list"),
    Rule("REN-01", "The old name", "42703",
         "it names {columns} of {table} by the old name",
         "change client and schema together behind a plan, or add a column and move over"),
    Rule("REN-02", "A prepared star", "0A000",
         "if it is prepared, the next run fails: the names {columns} of {table} are part of its result",
         "name the columns instead of *"),
    Rule("REN-03", "A view with the old name", None,
         "it goes on exposing {columns} of {table} under the old name",
         "if its readers are to see the new name, replace the view"),
    Rule("REN-04", "Swapped names", None,
         "a name means another column of {table} after the change: values are silently swapped",
         "rename in two releases, through a name that nobody uses"),
    Rule("TYP-01", "A prepared result of another type", "0A000",
         "if it is prepared, the next run fails with 'cached plan must not change result type': {columns} of {table} "
         "is in its result",
         "add a column of the new type and move over"),
    Rule("TYP-02", "Operators, casts and lengths", "42883",
         "it does not go with the new type of {columns} of {table}",
         "write casts that are right for both types, or add a column of the new type and move over"),
    Rule("TYP-03", "Binary parameters of the old type", "08P01",
         "a client that sends binary parameters of the old type after a fresh Parse without their types is refused, or "
         "understood wrongly: {columns} of {table}",
         "prepare anew and ask for the parameter types again, or declare them"),
    Rule("TYP-04", "An object that uses the column", "0A000",
         "it uses {columns} of {table}, and the server refuses to change the type",
         "drop the object before the change and make it again behind it"),
    Rule("NEW-01", "Reads a column that is not there yet", "42703",
         "it reads {columns} of {table} and fails until the change has been made",
         "make the change first, or declare it as a plan, so that the column reads as its default until then"),
    Rule("NEW-02", "Writes a column that is not there yet", "42703",
         "it writes {columns} of {table} and fails until the change has been made; the write is lost with its "
         "transaction",
         "make the change before this client writes"),
    Rule("NEW-03", "A name of another table until the column is there", None,
         "if a name in a subquery of it is meant for {columns} of {table}, it means a column of an outer table until "
         "the change has been made: a DELETE may take too many rows",
         "qualify the name with its table or alias, so that it fails loudly"),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.id: rule for rule in _ALL}
