"""A registry of Lintel's own, and its text form. The default registry of prometheus_client is global: never used."""

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from lintel.metrics.exporter import Exporter


def registry(exporter: Exporter) -> CollectorRegistry:
    """Lintel's metrics, and the usual `process_*` ones (CPU, memory, open descriptors)."""
    result = CollectorRegistry()
    result.register(exporter)
    ProcessCollector(registry=result)
    return result


def exposition(source: CollectorRegistry) -> tuple[bytes, str]:
    """The page that Prometheus scrapes, and its content type."""
    return generate_latest(source), CONTENT_TYPE_LATEST
