"""The unit of dispatch: one chat of one broadcast, in the dispatcher's hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.broadcast import Claimed
from bot.domain.delivery import Lane
from bot.domain.message import Layout
from bot.domain.subscriber import Kind, Recipient

_LAYOUTS = {
    Kind.PRIVATE: Layout.PRIVATE,
    Kind.GROUP: Layout.GROUP,
    Kind.CHANNEL: Layout.CHANNEL,
}


@dataclass(frozen=True, slots=True)
class Job:
    """One send to do. It is in flight in Redis until its entry is recorded.

    ``paid``: it goes beyond the free rate, for Stars.
    """

    broadcast_id: str
    lane: Lane
    expires: datetime
    chat: Claimed
    paid: bool = False

    @property
    def recipient(self) -> Recipient:
        """Whom it goes to."""
        return self.chat.recipient

    @property
    def layout(self) -> Layout:
        """The shape of the text for this kind of chat."""
        if self.chat.low_data and self.chat.recipient.kind is Kind.PRIVATE:
            return Layout.LOW
        return _LAYOUTS[self.chat.recipient.kind]
