"""A stored advisory with what its life is decided from."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.advisory import Advisory
from bot.domain.change import Version
from bot.domain.record import AdvisoryRecord


@dataclass(frozen=True, slots=True)
class Known:
    """A stored advisory. ``chain`` are the broadcasts that may have told somebody of it or of
    what it superseded, the newest first: the first with a receipt of a chat has the live message.
    ``ever`` are the settlements where any of these versions held, and ``left`` those that one of
    them left out.
    """

    record: AdvisoryRecord
    version: Version
    chain: tuple[str, ...]
    ever: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()

    @property
    def advisory(self) -> Advisory:
        """The advisory itself."""
        return self.version.advisory
