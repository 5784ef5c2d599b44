"""The field that says how a chat is spoken to: its language, and whether briefly (``uk+low``).

Both stand in one field because a claim hands it through for each of a million chats.
"""

from __future__ import annotations

_LOW: str = "+low"


def spoken(language: str, *, low_data: bool) -> str:
    """The field for a language tag and a wish for short messages."""
    return language + _LOW if low_data else language


def spoken_of(field: str) -> tuple[str, bool]:
    """Read back what :func:`spoken` wrote: the tag, and whether messages are to be short."""
    return field.removesuffix(_LOW), field.endswith(_LOW)
