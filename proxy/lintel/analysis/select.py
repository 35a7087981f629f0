"""Queries: SELECT, VALUES, TABLE, set operations, WITH (parse_clause.c, parse_cte.c)."""

from collections.abc import Callable

from lintel.analysis import composite, values
from lintel.analysis import scope as scopes
from lintel.analysis.expressions import expression_list, value
from lintel.analysis.from_items import from_clause
from lintel.analysis.looking import COMPARED, look
from lintel.analysis.meanings import Columns, Expr, Meaning, Merged, Missing, TooComplex
from lintel.analysis.names import output_name
from lintel.analysis.recursion import in_order
from lintel.analysis.references import is_starred, star
from lintel.analysis.resolution import FieldsUse, Level, Node
from lintel.analysis.scope import Cte, Scope
from lintel.analysis.walk import HANDLERS, QUERIES, Splice, Walk, subquery
from lintel.schema.logical import Key

Fields = tuple[tuple[str, Key | None], ...]  # of a composite value: names, and keys of a table's columns

MOST_COLUMNS = 1664  # MaxTupleAttributeNumber: the server refuses more
_WITH_NONE = ("GROUPING_SET_EMPTY", "GROUPING_SET_ROLLUP", "GROUPING_SET_CUBE")  # have a set of nothing
_TOO_MANY = f"target lists can have at most {MOST_COLUMNS} entries"


def select(walk: Walk, node: Node, outer: Scope) -> tuple[Columns, bool]:
    """Resolve a SelectStmt in the scope around it; returns its output columns and whether they are all known."""
    use = walk.taken_use()
    scope = Scope(outer)
    with_clause(walk, node, scope)
    if node.get("op", "SETOP_NONE") != "SETOP_NONE":
        return _set_operation(walk, node, scope)
    if "valuesLists" in node:
        return _values(walk, node, scope)
    return _plain(walk, node, scope, None if use is None else use[0])


def _plain(walk: Walk, node: Node, scope: Scope, use: str | None) -> tuple[Columns, bool]:
    level = walk.new_level()
    level.group = node.get("groupClause")
    from_clause(walk, node.get("fromClause", []), scope)
    columns, known = target_list(walk, node.get("targetList", []), scope, use)
    for part in ("whereClause", "havingClause", "windowClause"):
        if part in node:
            walk.visit(node[part], scope)
    _group(walk, node, scope, columns)
    _sort(walk, node.get("sortClause", []), scope, columns)
    _by_output(walk, [n for n in node.get("distinctClause", []) if n], scope, columns)
    _limit(walk, node, scope)
    return columns, known


def target_list(walk: Walk, targets: list[Node], scope: Scope, use: str | None = None) -> tuple[Columns, bool]:
    """Resolve a target list (transformTargetList); returns its output columns. `use`: of rows in it (looking)."""
    if len(targets) > MOST_COLUMNS:
        raise TooComplex(_TOO_MANY)
    columns: list[tuple[str, Meaning]] = []
    spliced: dict[tuple[int, str], list[tuple[str, Meaning]]] = {}
    all_known = True
    for number, target in enumerate(targets):
        entry = target["ResTarget"]
        node = entry["val"]
        if is_starred(node):
            expanded, known = _expanded(walk, entry, scope)
            columns.extend(expanded)
            if len(columns) > MOST_COLUMNS:
                raise TooComplex(_TOO_MANY)
            all_known = all_known and known
            continue
        at, splice = walk.place(entry["location"])
        meaning = value(walk, node, at, scope, use)
        column = (entry.get("name") or output_name(node, walk.subqueries), meaning)
        columns.append(column)
        if splice is None:
            continue
        if splice.kind == "fields":
            # The first of them is the client's own value.
            _fields(walk, splice.origin, [target["ResTarget"] for target in targets[number - 1 : number + 1]], scope)
            columns[-2:] = _fielded(walk, splice.origin)[-2:]
        elif splice.kind == "nulls":
            columns[-1] = _null(walk, splice, column[0])
        elif splice.kind in ("star", "copy"):
            spliced.setdefault((splice.origin, splice.kind), []).append(column)
    for (origin, kind), outputs in spliced.items():
        if kind == "star":
            walk.result.bindings[(origin, "star")] = tuple(outputs)
        else:  # COPY t (..) TO, made into COPY (SELECT ..) TO
            walk.result.bindings[(origin, "target")] = tuple(meaning for _, meaning in outputs)
    return tuple(columns), all_known


def _expanded(walk: Walk, entry: Node, scope: Scope) -> tuple[Columns, bool]:
    """What stands for `*`, `t.*` or `(row).*`."""
    reference = entry["val"].get("ColumnRef")
    if reference is None:
        return _composite_star(walk, entry, scope)
    return star(walk, reference, scope, reference["location"])


def _composite_star(walk: Walk, entry: Node, scope: Scope) -> tuple[Columns, bool]:
    """(row).*: as many columns as the composite value has (ExpandRowReference)."""
    indirection = entry["val"]["A_Indirection"]
    walk.visit(entry["val"], scope)
    location = indirection["arg"].get("ColumnRef", {}).get("location", -1)
    found = walk.result.bindings.get((walk.at(location), "star"))
    if found is not None:
        return found, True
    found = _named_fields(walk, indirection, scope)
    if found is None:
        walk.opaque("a star on a composite value")
        return (), False
    walk.bind(entry["location"], "star", found)
    null = composite.row_of(walk, indirection["arg"], scope) if values.is_null(indirection["arg"]) else None
    null = null if len(indirection["indirection"]) == 1 else None
    walk.result.fields.append(FieldsUse(walk.at(entry["location"]), tuple(name for name, _ in found), null))
    return tuple((name, Expr(walk.at(entry["location"]), i)) for i, (name, _) in enumerate(found)), True


def _named_fields(walk: Walk, indirection: Node, scope: Scope) -> Fields | None:
    """The columns of the value in front of the last step, `.*` or `.name`; of a table's row with their keys."""
    before = indirection["indirection"][:-1]
    whole = {"A_Indirection": {**indirection, "indirection": before}} if before else indirection["arg"]
    names, table = composite.columns(walk, whole, scope), composite.row_of(walk, whole, scope)
    keys = table.keys if table is not None else {}
    return None if names is None else tuple((name, keys.get(name)) for name in names)


def _fields(walk: Walk, origin: int, entries: list[Node], scope: Scope) -> None:
    """Columns that a splice of ours names in place of `(value).*`: the first two, or one more."""
    found: Fields = walk.result.bindings.get((origin, "star"), ())
    for entry in entries[1 if found else 0 :]:
        indirection = entry["val"].get("A_Indirection", {"arg": {}, "indirection": [{}]})
        name = indirection["indirection"][-1].get("String", {}).get("sval", "")
        known = dict(_named_fields(walk, indirection, scope) or ())
        if name not in known:
            walk.problem("42703", walk.at(entry["location"]), f'column "{name}" not found in data type')
        location = values.place(walk, indirection["arg"])
        walk.result.bindings.pop((walk.at(location), "field"), None)  # the star is what counts
        found = (*found, (name, known.get(name)))
    walk.result.bindings[(origin, "star")] = found


def _null(walk: Walk, splice: Splice, name: str) -> tuple[str, Meaning]:
    """A column that a splice of ours has in place of one of `(NULL::t).*`."""
    before, stands = walk.result.bindings.get((splice.origin, "star"), ()), splice.constants.get(name)
    key = stands.position if isinstance(stands, Expr) else None
    walk.result.bindings[splice.origin, "star"] = (*before, (name, key))
    return name, Expr(splice.origin, len(before))


def _fielded(walk: Walk, origin: int) -> Columns:
    found: Fields = walk.result.bindings[(origin, "star")]
    return tuple((name, Expr(origin, i)) for i, (name, _) in enumerate(found))


def _group(walk: Walk, node: Node, scope: Scope, columns: Columns) -> None:
    level, group = walk.level, node.get("groupClause")
    if group is not None and level is not None:
        for entry in group:
            level.common.update(_grouping(walk, entry, scope, columns, level))


def _grouping(walk: Walk, entry: Node, scope: Scope, columns: Columns, level: Level) -> set[Meaning]:
    """Resolve an entry of GROUP BY; returns what is in each of its grouping sets (manual 7.2.4)."""
    row = entry.get("RowExpr", {})
    kind, parts = "", row.get("args", []) if row.get("row_format") == "COERCE_IMPLICIT_CAST" else []
    if "GroupingSet" in entry:
        kind, parts = entry["GroupingSet"]["kind"], entry["GroupingSet"].get("content", [])
    elif not parts:
        found = _grouped_by(walk, entry, scope, columns)
        level.grouped.update(found)
        return found
    each = [_grouping(walk, part, scope, columns, level) for part in parts]
    if kind == "GROUPING_SET_SETS":
        return set.intersection(*each)
    return set() if kind in _WITH_NONE else set().union(*each)


def _grouped_by(walk: Walk, entry: Node, scope: Scope, columns: Columns) -> set[Meaning]:
    name = _bare_name(entry)
    # GROUP BY prefers an input column of this level (findTargetlistEntrySQL92), ORDER BY the output.
    if name is not None and isinstance(scopes.column(scope, name, local=True), Missing) and _output(columns, name):
        _bind_output(walk, entry, columns, name)
        return set(_output(columns, name))
    return set(_ordinal(walk, entry, columns) or [value(walk, entry, -1, scope, COMPARED)])


def _ordinal(walk: Walk, node: Node, columns: Columns) -> list[Meaning]:
    if "A_Const" in node:
        walk.result.exact = True
    position = node.get("A_Const", {}).get("ival", {}).get("ival", 0)
    if position > len(columns):
        walk.problem("42P10", walk.at(node["A_Const"]["location"]), f"position {position} is not in select list")
    return [columns[position - 1][1]] if 0 < position <= len(columns) else []


def _sort(walk: Walk, clause: list[Node], scope: Scope, columns: Columns) -> None:
    for body in (entry["SortBy"] for entry in clause):  # USING may name an operator of somebody's own
        _by_output(walk, [body["node"]], scope, columns, None if "useOp" in body else COMPARED)


def _by_output(walk: Walk, nodes: list[Node], scope: Scope, columns: Columns, use: str | None = COMPARED) -> None:
    for node in nodes:
        name = _bare_name(node)
        if name is not None and _output(columns, name):
            _bind_output(walk, node, columns, name)
        elif not _ordinal(walk, node, columns):
            look(walk, node, scope, use)


def _bare_name(node: Node) -> str | None:
    fields = node.get("ColumnRef", {}).get("fields", [])
    return fields[0]["String"]["sval"] if len(fields) == 1 and "String" in fields[0] else None


def _output(columns: Columns, name: str) -> list[Meaning]:
    return [meaning for column, meaning in columns if column == name]


def _bind_output(walk: Walk, node: Node, columns: Columns, name: str) -> None:
    found = _output(columns, name)
    location = node["ColumnRef"]["location"]
    walk.bind(location, "output", frozenset(found))
    if len(set(found)) > 1:
        walk.problem("42702", walk.at(location), f'"{name}" is ambiguous')


def _limit(walk: Walk, node: Node, scope: Scope) -> None:
    for part in ("limitCount", "limitOffset"):
        if part in node:
            walk.visit(node[part], scope)
    _locking(walk, node, scope)


def _locking(walk: Walk, node: Node, scope: Scope) -> None:
    for clause in node.get("lockingClause", []):
        for relation in clause["LockingClause"].get("lockedRels", []):
            name = relation["RangeVar"]["relname"]
            if not any(item.name == name for item in scope.items):
                location = relation["RangeVar"]["location"]
                walk.problem("42P01", walk.at(location), f'relation "{name}" in FOR UPDATE is not in FROM')


def _values(walk: Walk, node: Node, scope: Scope) -> tuple[Columns, bool]:
    rows = [row["List"].get("items", []) for row in node["valuesLists"]]
    widths = [expression_list(walk, row, scope) for row in rows]
    columns: Columns = tuple((f"column{i + 1}", Expr(-1, i)) for i in range(widths[0] or 0))
    _sort(walk, node.get("sortClause", []), scope, columns)
    _limit(walk, node, scope)
    return columns, widths[0] is not None


def _set_operation(
    walk: Walk, node: Node, scope: Scope, foresee: Callable[[Columns, bool], None] | None = None
) -> tuple[Columns, bool]:
    left, left_known = subquery(walk, {"SelectStmt": node["larg"]}, scope)
    if foresee is not None:
        foresee(left, left_known)
    right, right_known = subquery(walk, {"SelectStmt": node["rarg"]}, scope)
    known = left_known and right_known
    if known and len(left) != len(right):
        walk.problem("42601", -1, "each query of a set operation must have the same number of columns")
    columns = tuple((name, Merged(a, b)) for (name, a), (_, b) in zip(left, right, strict=False))
    _sort(walk, node.get("sortClause", []), scope, columns)
    _limit(walk, node, scope)
    return columns, known


def with_clause(walk: Walk, node: Node, scope: Scope) -> None:
    """Resolve the WITH queries of a statement and make their names known in its scope."""
    clause = node.get("withClause")
    if clause is None:
        return
    ctes = [entry["CommonTableExpr"] for entry in clause["ctes"]]
    if clause.get("recursive"):
        # All of them see each other and themselves, and hide tables of their names, from the start.
        scope.ctes.update({cte["ctename"]: Cte((), early=True) for cte in ctes})
    for cte in in_order(ctes) if clause.get("recursive") else ctes:
        columns, known = (
            _recursive(walk, cte, scope) if clause.get("recursive") else (subquery(walk, cte["ctequery"], scope))
        )
        scope.ctes[cte["ctename"]] = Cte(_renamed(cte, columns), known)


def _renamed(cte: Node, columns: Columns) -> Columns:
    names = [name["String"]["sval"] for name in cte.get("aliascolnames", [])]
    renamed = tuple((name, meaning) for name, (_, meaning) in zip(names, columns, strict=False)) + columns[len(names) :]
    return renamed + _search_and_cycle(cte)


def _search_and_cycle(cte: Node) -> Columns:
    """The columns that SEARCH and CYCLE add (manual 7.8.2)."""
    added = []
    if "search_clause" in cte:
        added.append(
            cte["search_clause"]["CTESearchClause"]["search_seq_column"]
            if "CTESearchClause" in cte["search_clause"]
            else cte["search_clause"]["search_seq_column"]
        )
    if "cycle_clause" in cte:
        cycle = cte["cycle_clause"].get("CTECycleClause", cte["cycle_clause"])
        added += [cycle["cycle_mark_column"], cycle["cycle_path_column"]]
    return tuple((name, Expr(cte.get("location", -1), i)) for i, name in enumerate(added))


def _recursive(walk: Walk, cte: Node, scope: Scope) -> tuple[Columns, bool]:
    """A query that sees itself with the columns of its non-recursive term (determineRecursiveColTypes)."""
    term = cte["ctequery"].get("SelectStmt", {})
    if term.get("op", "SETOP_NONE") == "SETOP_NONE":
        return subquery(walk, cte["ctequery"], scope)

    def foresee(columns: Columns, known: bool) -> None:
        scope.ctes[cte["ctename"]] = Cte(_renamed(cte, columns), known, unexpanded=len(_search_and_cycle(cte)))

    inner = Scope(scope)
    with_clause(walk, term, inner)
    return _set_operation(walk, term, inner, foresee)


def _nested(walk: Walk, node: Node, scope: Scope) -> None:
    subquery(walk, {"SelectStmt": node}, scope)


QUERIES["SelectStmt"] = select
HANDLERS["SelectStmt"] = _nested
