"""Prometheus metrics with bounded labels; one registry for each application."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

_COUNTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "advisories": ("Advisories judged", ("verdict",)),
    "dead_letters": ("Queue entries that could not be used", ("reason",)),
    "deliveries": ("Deliveries that ended", ("end",)),
    "outcomes": ("Answers to single sends", ("verdict",)),
    "paid_messages": ("Messages sent for a tenth of a Star each", ()),
    "paid_decisions": ("Broadcasts that began or ended to be sent for Stars", ("reason",)),
    "mismatches": ("Broadcasts whose counts do not add up to their audience", ()),
}
_HISTOGRAMS: dict[str, tuple[str, tuple[float, ...]]] = {
    "intake_seconds": (
        "From reading a queue entry to its acknowledgement",
        (0.01, 0.05, 0.2, 1, 5),
    ),
    "first_send_seconds": (
        "From a broadcast's publication to its first accepted send",
        (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 30),
    ),
    "send_seconds": ("One send to Telegram", (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10)),
}
_GAUGES: dict[str, str] = {
    "dispatcher": "1 while this replica holds the dispatcher's role",
    "rate_per_second": "The send rate the pacer allows now",
    "paused_seconds": "How long all sends are paused",
    "broadcasts_active": "Broadcasts under way",
}


class Metrics:
    """Implements the pipeline's Meter; an unknown name is a programming error and raises."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counters = {
            name: Counter(f"forewarn_{name}", text, labels, registry=self.registry)
            for name, (text, labels) in _COUNTERS.items()
        }
        # Looking a child up by its labels costs more than counting: each is looked up once.
        self._children: dict[tuple[str, ...], Counter] = {}
        self._histograms = {
            name: Histogram(f"forewarn_{name}", text, buckets=buckets, registry=self.registry)
            for name, (text, buckets) in _HISTOGRAMS.items()
        }
        self._gauges = {
            name: Gauge(f"forewarn_{name}", text, registry=self.registry)
            for name, text in _GAUGES.items()
        }

    def count(self, name: str, amount: int = 1, /, **labels: str) -> None:
        """Add to a counter."""
        key = (name, *labels.values())
        child = self._children.get(key)
        if child is None:
            counter = self._counters[name]
            child = self._children[key] = counter.labels(**labels) if labels else counter
        child.inc(amount)

    def observe(self, name: str, value: float, /) -> None:
        """Add one measurement, in the unit of the metric's name."""
        self._histograms[name].observe(value)

    def show(self, name: str, value: float, /) -> None:
        """Set a gauge."""
        self._gauges[name].set(value)

    def value(self, name: str, /, **labels: str) -> int:
        """What a counter stands at; 0 for labels that never occurred."""
        return int(self.registry.get_sample_value(f"forewarn_{name}_total", labels) or 0)

    def page(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self.registry)
