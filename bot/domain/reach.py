"""Where a warning holds, over all its versions: whom an update leaves out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.life import Purpose

TO_ALL = frozenset({Purpose.CANCEL, Purpose.ALL_CLEAR})
"""What whoever was told of any version hears, also one whom an update left out."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Settlements by id: those where it holds `now`, those of the versions just `before`, those
    where it `ever` held, and those that an earlier version `left` out.
    """

    now: frozenset[str]
    before: frozenset[str] = frozenset()
    ever: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()

    @property
    def leaves_out(self) -> frozenset[str]:
        """Where it held until now, and holds no more."""
        return self.before - self.now

    @property
    def returns(self) -> frozenset[str]:
        """Where it holds again, after it was left out."""
        return self.now & self.left

    @property
    def is_narrower(self) -> bool:
        """Whether somebody may have been told who is concerned no more."""
        return bool(self.ever - self.now)

    def concerns(self, purpose: Purpose, followed: Collection[str]) -> bool:
        """Whether a message is for a chat that follows these places.

        Whoever was left out hears that once, and then no more than that all is over.
        """
        mine = set(followed)
        if purpose is Purpose.NARROWED:
            was_left_out = bool(mine & self.ever) and not mine & self.before
            return not mine & self.now and not was_left_out
        return purpose in TO_ALL or bool(mine & self.now)
