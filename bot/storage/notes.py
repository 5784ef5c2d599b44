"""A shelter of one's own as a field of its chat: what a chat's record and a claim both carry."""

from __future__ import annotations

from bot.domain.shelter import ShelterNote


def note_field(note: ShelterNote) -> str:
    """Minutes, if any, a bar, and the words."""
    return f"{note.minutes or ''}|{note.text}"


def read_note(field: str) -> ShelterNote | None:
    """Read back what :func:`note_field` wrote; None for a field that is not there."""
    if not field:
        return None
    minutes, _, text = field.partition("|")
    return ShelterNote(text, int(minutes) if minutes else None)
