"""A whole corpus, asked on both ways."""

import re
from contextlib import ExitStack
from itertools import islice

from bench.fidelity.corpora import Corpus
from bench.fidelity.count import Count
from bench.fidelity.worlds import World, Worlds
from lintel.demo.postgres import Server


def ask(server: Server, corpus: Corpus, sets: int | None = None, each: int | None = None) -> Count:
    """Every statement of the corpus; at most `each` of each set of plans, of `sets` of them."""
    total = Count()
    with ExitStack() as stack:
        worlds = Worlds(server, corpus, stack)
        chosen = range(len(worlds.sets)) if sets is None else range(0, len(worlds.sets), -(-len(worlds.sets) // sets))
        for number in chosen:
            with worlds.world(number) as world:
                count = Count()
                for sql in islice(worlds.sets[number][1], each):
                    _ask(world, sql, count)
                total.add(count)
    return total


def _ask(world: World, sql: str, count: Count) -> None:
    text = sql.encode("utf-8", "surrogateescape")
    parameters = max((int(number) for number in re.findall(r"\$(\d+)", sql)), default=0)
    answer = world.both.ask(sql, parameters)
    if answer.kind == "invalid":
        count.note(sql, "invalid", affected=False)
        return
    decision = world.context.decide(text)
    verdict = decision.statement.verdict
    kind, why = answer.kind, answer.why
    if kind == "wrong":
        why = f"-> {decision.sent(text).decode('utf-8', 'replace')}\n{why}"
    elif kind == "same" and verdict == "refuse":
        kind, why = "wrong", "lintel serve answers what lintel rewrite would refuse"
    count.note(sql, kind, why, affected=verdict != "allow", record=answer.record)
