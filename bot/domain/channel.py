"""Channels that are bound to a place by somebody who administers them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """What a channel is to get; ``languages`` in the order of its posts, at least one."""

    place_id: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CityChannel:
    """A place's public channel, which an operator bound; ``username`` is without @."""

    chat_id: int
    username: str
    title: str
