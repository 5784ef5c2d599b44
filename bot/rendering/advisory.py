"""A notice as a message: once for each language and layout, within Telegram's limits."""

from __future__ import annotations

from dataclasses import replace

from bot.content.texts import Texts
from bot.domain.delivery import Lane
from bot.domain.guidance import GuidanceBook, lane_of
from bot.domain.message import Layout, Message
from bot.domain.shelter import ShelterNote
from bot.domain.subscriber import Household
from bot.rendering.buttons import keyboard
from bot.rendering.checklist import ONE_ADULT, Checklists
from bot.rendering.details import details
from bot.rendering.notice import OF_ORIGINAL, Notice, Purpose, Sound
from bot.rendering.sections import Sections
from bot.rendering.text import escape, unmarked
from bot.rendering.words import Words


class Renderer:
    """Renders notices. ``bot_username`` is without @; an empty one gives no links to the bot."""

    def __init__(self, texts: Texts, guidance: GuidanceBook, bot_username: str) -> None:
        self._texts = texts
        self._guidance = guidance
        self._bot_username = bot_username.removeprefix("@")
        self._checklists = Checklists(texts, guidance)
        self._sections = Sections(texts, guidance, self._checklists)

    def render(
        self,
        notice: Notice,
        language: str,
        layout: Layout,
        shelter: ShelterNote | None = None,
    ) -> Message:
        """The broadcast's message for a reader of ``language`` (any tag: the closest is taken).

        Drills, tests, routine messages and what is told in silence are silent; a drill is heard
        where operators chose that. One that is no longer live has no buttons. With `shelter`, a
        person's own, the message is for that person alone. Raises KeyError for an unknown profile.
        """
        words = self._words(notice, language)
        is_quiet = _lane(notice) >= Lane.ROUTINE if words.is_real else not notice.audible
        body = self._sections.body(words, shelter, is_low=layout is Layout.LOW)
        return Message(
            html=body.html,
            keyboard=()
            if notice.mark
            else keyboard(words, layout, self._bot_username, has_more=body.is_cut),
            silent=notice.sound is Sound.SILENT or is_quiet,
        )

    def details(
        self, notice: Notice, language: str, household: Household = ONE_ADULT
    ) -> tuple[Message, ...]:
        """What is behind "More": the source's text in full, all steps, all lists.

        Empty only for a cancel whose source says nothing.
        """
        words = self._words(notice, language)
        return details(words, self._guidance, self._sections, self._checklists, household)

    def _words(self, notice: Notice, language: str) -> Words:
        return Words(self._texts, self._guidance, notice, self._texts.closest(language))


def _lane(notice: Notice) -> Lane:
    """The lane by which a message is loud or silent.

    What ends or corrects often says nothing of severity: it is heard where its original was.
    """
    follows = notice.purpose in OF_ORIGINAL or notice.purpose is Purpose.CORRECTION
    if not follows or notice.original is None:
        return notice.lane
    return min(notice.lane, lane_of(notice.original, notice.original.sent))


def plain(message: Message) -> Message:
    """The same without any markup, for when Telegram refuses the entities of a message."""
    return replace(message, html=escape(unmarked(message.html)))
