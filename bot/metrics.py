"""Figures for the operator. The only importer of prometheus_client. No openid and no question text ever becomes a
label.

With several worker processes prometheus_client keeps its values in files of a folder that must be named in the
environment before the library is first imported; `bot.server` does that.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that nobody counts here: it is read somewhere when it is asked.

    Attributes:
        labels: their names.
        values: by the values of the labels.
    """

    name: str
    help: str
    labels: Sequence[str]
    values: Mapping[tuple[str, ...], float]


class Metrics:
    """Counters of one process; `page` adds up all processes.

    Args:
        folder: where the processes share their values; None = this process is alone.
        read: figures read elsewhere at the moment they are asked.
    """

    def __init__(self, folder: Path | None = None, read: Callable[[], Iterable[Figure]] = tuple) -> None:
        self._folder, self._read = folder, read
        self._registry = CollectorRegistry()
        self._messages = Counter(
            "zhibu_messages", "Messages by kind and outcome", ["kind", "outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "zhibu_answer_seconds", "Seconds from request to answer", buckets=_BUCKETS, registry=self._registry
        )
        self._refused = Counter(
            "zhibu_refused", "Requests with a wrong signature or an old time", registry=self._registry
        )
        self._repeated = Counter("zhibu_repeated", "Messages delivered again by WeChat", registry=self._registry)

        self._days_known = Gauge(
            "zhibu_days_known_until_timestamp_seconds",
            "The last day on which it is officially known who works",
            multiprocess_mode="mostrecent",
            registry=self._registry,
        )

    def answered(self, kind: str, outcome: str, seconds: float) -> None:
        """Count one message and the time it took."""
        self._messages.labels(kind, outcome).inc()
        self._seconds.observe(seconds)

    def refused(self) -> None:
        """Count one refused request."""
        self._refused.inc()

    def repeated(self) -> None:
        """Count one message that was delivered before."""
        self._repeated.inc()

    def days_known(self, until: datetime) -> None:
        """Note up to which day days off are officially known."""
        self._days_known.set(until.timestamp())

    def page(self) -> bytes:
        """All figures in Prometheus' text format."""
        elsewhere = CollectorRegistry()
        elsewhere.register(_Given([_family(figure) for figure in self._read()]))
        return self._counted() + generate_latest(elsewhere)

    def _counted(self) -> bytes:
        if self._folder is None:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


class _Given(Collector):
    """Hands over what it was given."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self.families = families

    def collect(self) -> Iterable[Metric]:
        return self.families


def _family(figure: Figure) -> Metric:
    family = GaugeMetricFamily(figure.name, figure.help, labels=figure.labels)
    for labels, value in figure.values.items():
        family.add_metric(labels, value)
    return family


def forget_process(pid: int) -> None:
    """Drop the values of a worker process that has ended and would otherwise be counted as still there."""
    mark_process_dead(pid)  # type: ignore[no-untyped-call]
