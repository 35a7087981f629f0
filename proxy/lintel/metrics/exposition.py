"""A registry of Lintel's own, and its text form. The default registry of prometheus_client is global: never used."""

from collections.abc import Iterable, Sequence
from functools import partial

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from lintel.metrics.exporter import Exporter


def registry(exporter: Exporter, pids: Sequence[int | str] = ("self",)) -> CollectorRegistry:
    """Lintel's metrics, and the usual `process_*` ones (CPU, memory, open descriptors) of these processes together."""
    result = CollectorRegistry()
    result.register(exporter)
    result.register(_Processes(pids))
    return result


class _Processes(Collector):
    def __init__(self, pids: Sequence[int | str]) -> None:
        self._each = [ProcessCollector(pid=partial(_itself, pid), registry=None) for pid in pids]

    def collect(self) -> Iterable[Metric]:
        """Sums, but for the start, which is the first one's."""
        families: dict[str, Metric] = {}
        for family in (family for one in self._each for family in one.collect()):
            known = families.setdefault(family.name, family)
            if known is not family and not family.name.endswith("_start_time_seconds"):
                (ours,), (theirs,) = known.samples, family.samples
                known.samples = [ours._replace(value=ours.value + theirs.value)]
        return families.values()


def _itself(pid: int | str) -> int | str:
    return pid


def exposition(source: CollectorRegistry) -> tuple[bytes, str]:
    """The page that Prometheus scrapes, and its content type."""
    return generate_latest(source), CONTENT_TYPE_LATEST
