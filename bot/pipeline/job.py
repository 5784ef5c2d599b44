"""The unit of dispatch: one chat of one broadcast, in the dispatcher's hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.broadcast import Claimed, Entry, Manner
from bot.domain.delivery import Cause, End, Lane
from bot.domain.message import Layout
from bot.domain.subscriber import Kind, Recipient

_LAYOUTS = {
    Kind.PRIVATE: Layout.PRIVATE,
    Kind.GROUP: Layout.GROUP,
    Kind.CHANNEL: Layout.CHANNEL,
}

_EDITING = (Manner.EDIT, Manner.EDIT_OR_SEND)


@dataclass(frozen=True, slots=True)
class Job:
    """One send to do. It is in flight in Redis until its entry is recorded.

    ``paid``: it goes beyond the free rate, for Stars; ``hushed``: without a sound, whatever it is.
    """

    broadcast_id: str
    lane: Lane
    expires: datetime
    chat: Claimed
    paid: bool = False
    hushed: bool = False
    manner: Manner = Manner.SEND

    @property
    def recipient(self) -> Recipient:
        """Whom it goes to."""
        return self.chat.recipient

    def again(self, due: datetime, *, failed: bool = True, doubtful: bool = False) -> Entry:
        """The entry of one that is to be tried again at ``due``."""
        doubt = doubtful or self.chat.doubtful
        return Entry(self.recipient, None, due=due, failed=failed, doubtful=doubt)

    def unsent(self, end: End, cause: Cause | None = None) -> Entry:
        """The entry of one that is sent nothing more: whom it may have told, nobody knows."""
        if self.chat.doubtful:
            return Entry(self.recipient, End.UNKNOWN)
        return Entry(self.recipient, end, cause=cause)

    @property
    def edits(self) -> int | None:
        """The message that is changed instead of a new one being sent."""
        return self.chat.answers if self.manner in _EDITING else None

    @property
    def layout(self) -> Layout:
        """The shape of the text for this kind of chat."""
        if self.chat.low_data and self.chat.recipient.kind is Kind.PRIVATE:
            return Layout.LOW
        return _LAYOUTS[self.chat.recipient.kind]
