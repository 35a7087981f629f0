"""What constraints say already, as the statements of a migration come and go: SET NOT NULL need not look then."""

from typing import Any

from lintel.analysis.ddl import Step
from lintel.impact.constraints import column_names, refuses_null
from lintel.schema import Schema
from lintel.sql.grammar import Node, SyntaxProblem, TooDeep, parse


class _Check:
    """A CHECK constraint's expression, and whether it is known to hold for all rows."""

    def __init__(self, expression: Any, valid: bool) -> None:
        self.expression, self.valid = expression, valid


class Proofs:
    """The constraints of all tables at one step of a migration."""

    def __init__(self, schema: Schema) -> None:
        self._checks: dict[tuple[int, str], _Check] = {}
        self._valid = {(one.relation, one.name): one.valid for one in schema.code.constraints}
        for one in schema.code.constraints:
            if one.kind == "c":
                self._checks[one.relation, one.name] = _Check(_expression(one.definition), one.valid)

    def not_null(self, schema: Schema, oid: int, name: str) -> bool:
        """Whether the column is known to hold no NULL, so that nobody has to look."""
        relation = schema.relations.get(oid)
        column = relation.column(name) if relation is not None else None
        if column is not None and column.not_null:
            return True
        checks = [check for (table, _), check in self._checks.items() if table == oid and check.valid]
        return any(refuses_null(check.expression, name) for check in checks)

    def indexed_not_null(self, schema: Schema, oid: int, index: str) -> bool:
        """The same for all columns of an index."""
        numbers = {
            one.attnum
            for one in schema.code.dependencies
            if one.relation == oid and one.object.rpartition(".")[2].strip('"') == index
        }
        columns = schema.relations[oid].columns if oid in schema.relations else ()
        names = [column.name for column in columns if column.attnum in numbers]
        return bool(names) and all(self.not_null(schema, oid, name) for name in names)

    def checked(self, oid: int, name: str) -> bool:
        """Whether a CHECK that has been proved looks at the column: it has to be proved again for another type."""
        found = (check for (table, _), check in self._checks.items() if table == oid and check.valid)
        return any(name in column_names(check.expression) for check in found)

    def is_valid(self, oid: int, name: str) -> bool:
        """Whether a constraint is known to hold."""
        return self._valid.get((oid, name), False)

    def learn(self, step: Step) -> None:
        """Go on to the schema after a statement."""
        statement = step.statement.node.get("AlterTableStmt")
        if statement is None or step.problem is not None:
            return
        named = statement["relation"]
        table = step.before.find(named.get("schemaname"), named["relname"], step.search_path)
        for entry in statement["cmds"] if table is not None else ():
            self._command(entry["AlterTableCmd"], table.oid if table is not None else 0)

    def _command(self, command: Node, oid: int) -> None:
        subtype = command.get("subtype")
        if subtype == "AT_AddConstraint":
            node = command["def"]["Constraint"]
            key = oid, node.get("conname", f"unnamed {len(self._valid)}")
            self._valid[key] = not node.get("skip_validation")
            if node["contype"] == "CONSTR_CHECK":
                self._checks[key] = _Check(node["raw_expr"], self._valid[key])
        elif subtype == "AT_ValidateConstraint":
            self._valid[oid, command["name"]] = True
            if (oid, command["name"]) in self._checks:
                self._checks[oid, command["name"]].valid = True
        elif subtype == "AT_DropConstraint":
            self._valid.pop((oid, command["name"]), None)
            self._checks.pop((oid, command["name"]), None)


def _expression(definition: str) -> Any:
    """Of `CHECK ((a > 1)) NOT VALID`."""
    try:
        (raw,) = parse(b"ALTER TABLE t ADD " + definition.encode())
    except (SyntaxProblem, TooDeep, ValueError):
        return None
    command = raw.node["AlterTableStmt"]["cmds"][0]["AlterTableCmd"]
    return command["def"]["Constraint"].get("raw_expr")
