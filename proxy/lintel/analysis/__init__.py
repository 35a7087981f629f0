"""Text -> Bindings and Facts: what the names of a statement mean under a schema.

`resolve` is the one walker that everything is made of (ARCHITECTURE.md): recording, impact, the shield and its gate.
"Not understood" is a value here (Resolution.opaque), never an exception. Knows nothing of plans, sessions or stores.

- *walk*: the walker's state and its dispatch by node type. A file per family of nodes: *select*, *from_items*,
  *expressions*, *references*, *dml*, *utility*; *recursion*: the order of WITH RECURSIVE; *blocks*: DO.
- *world* and *scope*: what names of relations and of columns mean; *calls*: what a function yields; *composite*: the
  columns of a value; *values*, *looking* and *row_uses*: which values are rows of tables, and what is done with them.
- *meanings*: the vocabulary; *resolution*: what a walk finds. *collect* and *views* make *facts* of it.
- *names*: of output columns that the text gives none; *notation*: what may be a call, though it looks like a column.
- *sequence*: what a statement changes for those behind it in the same text.
- *ddl*: DDL -> schema, by *ddl_tables*, *ddl_alter*, *ddl_columns*, *ddl_types*, *ddl_views* and *ddl_routines*;
  *ddl_draft* is the schema while it changes, *ddl_source* the text.
- *server_code*: what the database's own code uses: *stored_code* (rules, BEGIN ATOMIC) and *routines* (bodies as text).
"""

from lintel.analysis import dml, select  # noqa: F401  (they enter themselves into walk.QUERIES)
from lintel.analysis.blocks import blocks
from lintel.analysis.collect import facts_of
from lintel.analysis.facts import Facts
from lintel.analysis.meanings import TooComplex
from lintel.analysis.resolution import Resolution
from lintel.analysis.sequence import Sequence
from lintel.analysis.utility import statement
from lintel.analysis.views import with_bases
from lintel.analysis.walk import Places, Walk
from lintel.analysis.world import World
from lintel.schema.snapshot import Schema
from lintel.sql.grammar import RawStatement, SyntaxProblem, TooDeep, parse

__all__ = ["Facts", "Places", "Resolution", "World", "analyze", "facts_of", "resolve"]


def resolve(statements: list[RawStatement], world: World, places: Places | None = None) -> Resolution:
    """Resolve the statements of one text; `places` maps the offsets of an edited text to the client's own."""
    walk = Walk(world, places)
    try:
        if len(statements) == 1:
            statement(walk, statements[0].node)
        else:
            _in_turn(walk, statements)
    except RecursionError:
        walk.opaque("nested too deeply")
    except TooComplex as error:
        walk.opaque(str(error) or "too complex")
    return walk.result


def _in_turn(walk: Walk, statements: list[RawStatement]) -> None:
    sequence = Sequence()
    for raw in statements:
        if not sequence.known:
            walk.opaque("the search_path is changed by an earlier statement of the same text")
        before, walk.result.names = walk.result.names, set()
        statement(walk, raw.node)
        for name in sorted(sequence.changed & {name for _, name in walk.result.names}):
            walk.opaque(f'relation "{name}" is changed by an earlier statement of the same text')
        walk.result.names |= before
        walk.world = sequence.after(raw.node, walk.world, walk.result.functions)


def analyze(text: bytes, schema: Schema, search_path: tuple[str, ...]) -> Facts:
    """The facts of a text under a schema and a search_path (bare names, "$user" replaced)."""
    world = World(schema, search_path)
    try:
        statements = parse(text)
        result = resolve(statements, world)
        result.inside.extend(blocks(statements, world))
    except (SyntaxProblem, TooDeep) as error:
        return Facts(verb="", opaque=f"not parsed: {error}")
    return with_bases(facts_of(result, world), result, world)
