"""Who is told: chats, what they chose, and the household behind a private chat."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.preferences import Preferences
from bot.domain.shelter import ShelterNote

MAX_PLACES = 10
"""A person follows a home town, a workplace and family, not a country."""


class Kind(StrEnum):
    """What a subscribed chat is, in the order in which a send reaches the most people."""

    CHANNEL = "channel"
    GROUP = "group"
    PRIVATE = "private"


REACH_FIRST: tuple[Kind, ...] = (Kind.CHANNEL, Kind.GROUP, Kind.PRIVATE)


class State(StrEnum):
    """Whether a chat can be reached; preferences outlive every state."""

    ACTIVE = "active"
    STOPPED = "stopped"  # the person said /stop
    UNREACHABLE = "unreachable"  # blocked, deactivated, kicked, gone
    SUSPENDED = "suspended"  # rights are missing; an administrator can mend it


class Awaited(StrEnum):
    """What the next text or location of a private chat answers; else it is about a city."""

    SHELTER = "shelter"
    SHELTERS_NEAR = "shelters_near"  # a location only; a text is a city again


@dataclass(frozen=True, slots=True)
class Household:
    """Whom a person prepares for, and what somebody among them needs; counts, never names.

    ``cold_medication`` must be kept cold, such as insulin; ``mobility`` is a wheelchair or another
    aid to get about, ``oxygen`` also another device that keeps somebody alive.
    """

    adults: int = 1
    children: int = 0
    infants: int = 0
    pets: int = 0
    daily_medication: bool = False
    cold_medication: bool = False
    mobility: bool = False
    oxygen: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of a broadcast: the chat's kind and its Telegram id."""

    kind: Kind
    chat_id: int

    @property
    def key(self) -> str:
        """The member under which Redis knows the recipient, such as ``p703448`` or ``g-100123``."""
        return f"{self.kind.value[0]}{self.chat_id}"

    @classmethod
    def from_key(cls, key: str) -> Recipient:
        """Read back what :attr:`key` wrote."""
        return cls(_KIND_BY_LETTER[key[0]], int(key[1:]))


_KIND_BY_LETTER = {kind.value[0]: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Chat:
    """A private chat, group or channel that talked to the bot, and what it chose.

    ``places`` are ids of :class:`bot.domain.place.Place`, oldest first; ``thread_id`` is the
    forum topic where ``/city`` was given, and ``None`` for General (Telegram refuses thread 1).
    ``low_data`` asks for short messages, for a weak network; in private chats only. ``also`` are a
    channel's languages behind the first one; each gets a post of its own.
    """

    id: int
    kind: Kind
    language: str
    places: tuple[str, ...] = ()
    state: State = State.ACTIVE
    thread_id: int | None = None
    household: Household | None = None
    low_data: bool = False
    shelter: ShelterNote | None = None
    also: tuple[str, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)

    @property
    def recipient(self) -> Recipient:
        """The chat as an address of a broadcast."""
        return Recipient(self.kind, self.id)

    def following(self, place_id: str) -> Chat:
        """The chat with one more place; following twice changes nothing."""
        if place_id in self.places:
            return self
        return replace(self, places=(*self.places, place_id))

    def without(self, place_id: str) -> Chat:
        """The chat with one place fewer."""
        return replace(self, places=tuple(p for p in self.places if p != place_id))
