"""Times counted in buckets that grow with the time, so that any audience takes the same room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, log2

PER_OCTAVE = 8
"""Buckets between a time and twice that time: a bucket's ends differ by a factor of 2^(1/8)."""


def bucket_of(ms: int) -> int:
    """The bucket of a time; all below 2 ms are the first one's, number 0."""
    return int(log2(ms) * PER_OCTAVE) if ms > 1 else 0


def top_of(bucket: int) -> int:
    """The longest whole time in ms that is in the bucket."""
    return max(1, ceil(2 ** ((bucket + 1) / PER_OCTAVE)) - 1)


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many times fell into each bucket; ``last_ms`` is the longest of them, exactly."""

    counts: Mapping[int, int] = field(default_factory=dict)
    last_ms: int | None = None

    @property
    def total(self) -> int:
        """How many times were counted."""
        return sum(self.counts.values())

    def percentile(self, share: float) -> int | None:
        """The time in ms within which this share of all lies; None where nothing was counted.

        By nearest rank, and rounded up within its bucket: never less than the exact one, and at
        most 9.1 % more (or 1 ms).
        """
        wanted, seen = ceil(share * self.total), 0
        for bucket, count in sorted(self.counts.items()):
            seen += count
            if count and seen >= wanted:
                top = top_of(bucket)
                return top if self.last_ms is None else min(top, self.last_ms)
        return None
