"""What Telegram saw, against whom it should have seen: the judge of every storm.

Everything here is read from the ledger of the sandbox, which the bot does not keep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import pairwise

from bot.sandbox.ledger import Entry
from bot.sandbox.server import Sandbox


class Account:
    """The accepted messages that hold some words."""

    def __init__(self, sandbox: Sandbox, words: str) -> None:
        self._words = words
        found = sandbox.ledger.entries(method="sendMessage")
        self.entries: list[Entry] = [entry for entry in found if words in entry.text]

    @property
    def told(self) -> Counter[int]:
        """How often each chat was told."""
        return Counter(entry.chat_id for entry in self.entries)

    @property
    def repeats(self) -> int:
        """How many messages were one too many."""
        return len(self.entries) - len(self.told)

    @property
    def first_at(self) -> float:
        """When the first was accepted, on the sandbox's clock."""
        return min(entry.at for entry in self.entries)

    def behind(self, at: float) -> list[Entry]:
        """What was accepted later than `at` on the sandbox's clock."""
        return [entry for entry in self.entries if entry.at > at]

    @property
    def longest_silence_s(self) -> float:
        """The longest time between two messages."""
        times = sorted(entry.at for entry in self.entries)
        return max((after - before for before, after in pairwise(times)), default=0.0)

    def repeats_behind(self, at: float) -> int:
        """How many messages later than `at` went to somebody who had been told before it."""
        told = {entry.chat_id for entry in self.entries if entry.at <= at}
        return sum(1 for entry in self.behind(at) if entry.chat_id in told)

    def require_all(
        self, people: Collection[int], *, repeats: float = 0, moved: Mapping[int, int] | None = None
    ) -> None:
        """Everybody was told, nobody else, and at most so many messages were one too many.

        `moved` are groups that have a new id: told under either one is told.
        """
        new_ids = moved or {}
        told: Counter[int] = Counter()
        for chat_id, times in self.told.items():
            told[new_ids.get(chat_id, chat_id)] += times
        wanted = {new_ids.get(one, one) for one in people}
        lost, strangers = wanted - told.keys(), told.keys() - wanted
        again = sum(told.values()) - len(told)
        print(
            f"{self._words}: {len(wanted)} chats, {len(lost)} lost, {again} repeats "
            f"(bound {repeats:.0f})"
        )
        assert not lost, f"{self._words}: {len(lost)} lost, such as {sorted(lost)[:5]}"
        assert not strangers, f"{self._words}: told {sorted(strangers)[:5]}, who do not live there"
        assert again <= repeats, f"{self._words}: {again} repeats, bound {repeats:.0f}"
