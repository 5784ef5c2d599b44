"""The cards of a drill: its own words and its own buttons, so that none is mistaken for another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from babel.dates import format_timedelta
from babel.lists import format_list

from bot.content.texts import Texts
from bot.domain.draft import Field, Kept
from bot.domain.drill import LASTS, SHARES, Audience, Plan, Reach, Rehearsed, finishes
from bot.domain.drill import read_audience as read
from bot.domain.followup import Finish
from bot.domain.message import Button, Keyboard, Message
from bot.domain.record import AdvisoryRecord
from bot.domain.template import Template
from bot.rendering.card import Cards
from bot.rendering.text import clean, escape, shorten

AUDIENCE = "audience"
"""What the card asks for where it asks who takes part."""

_LABEL = 40
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class DrillCards:
    """In each operator's language. ``pause`` is what lies between two rehearsed messages."""

    texts: Texts
    cards: Cards
    pause: timedelta

    def start(
        self, language: str, drafts: Sequence[Kept], running: Iterable[AdvisoryRecord]
    ) -> Message:
        """What can be rehearsed, the drills that anybody left open, and those under way."""
        spoken = self.spoken(language)
        rows = [
            (Button(shorten(one.text(spoken).name, _LABEL), data=f"x:t:{one.key}"),)
            for one in self.cards.templates.values()
        ]
        rows += [(self.cards.resume(language, kept),) for kept in drafts[:_SHOWN]]
        rows += [
            (Button(self.say(language, "running", code=one.code), data=f"x:s:{one.id}"),)
            for one in list(running)[:_SHOWN]
        ]
        return Message(self._html(language, "new"), tuple(rows))

    def card(
        self,
        language: str,
        kept: Kept,
        field: str | None = None,
        *,
        note: str = "",
        offered: Iterable[str] = (),
    ) -> tuple[Message, str]:
        """The drill at a question, or whole; and what the next text is about."""
        plan = kept.draft.drill or Plan()
        if field == Field.PLACES or not kept.draft.places:
            rows = self.cards.places(language, kept, tuple(offered))
            ahead = (self._button(language, kept, "next", "ok"),) if kept.draft.places else ()
            asked = Field.PLACES.value
        elif field == AUDIENCE or not plan.audience:
            rows, ahead, asked = self._audiences(language, kept), (), AUDIENCE
        else:
            rows = self._choices(language, kept, plan)
            ahead, asked = (self._button(language, kept, "preview", "pv"),), ""
        question = f"<b>{self._html(language, f'ask.{asked}')}</b>" if asked else ""
        drop = (*ahead, self._button(language, kept, "drop", "dr"))
        html = _paragraphs(self._facts(language, kept), question, escape(note))
        return Message(html, (*rows, drop)), asked

    def confirm(self, language: str, kept: Kept, reached: int, note: str = "") -> Message:
        """Whom it reaches, and the word that starts it; no button does."""
        plan = kept.draft.drill or Plan()
        audience = read(plan.audience)
        most = audience is not None and audience.reach is Reach.SHARE
        count = self.texts.plural(
            self.spoken(language), "drill.reach_most" if most else "drill.reach", reached
        )
        ask = f"<b>{self._html(language, 'confirm', word=self.word(language))}</b>"
        html = _paragraphs(self._facts(language, kept), escape(count), escape(note), ask)
        return Message(html, ((self._button(language, kept, "back", "bk"),),))

    def word(self, language: str) -> str:
        """What is typed to start a drill."""
        return self.say(language, "word")

    @property
    def words(self) -> frozenset[str]:
        """The word in every language of the operators."""
        return frozenset(
            self.texts.get(self.spoken(tag), "drill.word").casefold()
            for tag in self.texts.languages
        )

    def issued(self, language: str, record: AdvisoryRecord, follow: Keyboard) -> Message:
        """It is on its way, with what can end it."""
        return Message(self._html(language, "issued", code=record.code), follow)

    def under_way(self, language: str, record: AdvisoryRecord, follow: Keyboard) -> Message:
        """A running drill, with what can end it."""
        key = "under_way" if follow else "over"
        return Message(self._html(language, key, code=record.code), follow)

    def audience(self, language: str, plan: Plan) -> str:
        """For whom a drill is, in words."""
        chosen = read(plan.audience)
        if chosen is None:
            return self.say(language, "audience.nobody")
        title = shorten(clean(plan.group, one_line=True), _LABEL) or str(chosen.chat_id)
        key = f"audience.{chosen.reach}"
        return self.say(language, key, percent=chosen.percent, title=title)

    def template(self, language: str, key: str | None) -> str:
        """The name of a template."""
        found: Template | None = self.cards.templates.get(key or "")
        return found.text(self.spoken(language)).name if found else ""

    def places(self, language: str, place_ids: Iterable[str]) -> str:
        """Places by name."""
        found = (self.cards.gazetteer.get(id) for id in place_ids)
        names = [place.name(language) for place in found if place]
        return format_list(names, locale=self.texts.locale(self.spoken(language)))

    def say(self, language: str, key: str, /, **values: object) -> str:
        """A plain text of this room."""
        return self.texts.get(self.spoken(language), f"drill.{key}", **values)

    def _facts(self, language: str, kept: Kept) -> str:
        plan = kept.draft.drill or Plan()
        where = self.places(language, kept.draft.places)
        title = self._html(language, "title", name=clean(kept.author.name, one_line=True))
        lines = (
            self.say(language, "what", value=self.template(language, kept.draft.template)),
            self.say(language, "where", value=where or self.say(language, "audience.nobody")),
            self.say(language, "whom", value=self.audience(language, plan)),
            self.say(language, "sound_on" if plan.audible else "sound_off"),
            *self._ahead(language, plan),
        )
        return "\n".join((f"<b>{title}</b>", *map(escape, lines)))

    def _ahead(self, language: str, plan: Plan) -> Iterator[str]:
        locale = self.texts.locale(self.spoken(language))
        for number, (what, how) in enumerate(finishes(plan.rehearses).items(), 1):
            key = "then.eased" if how is Finish.EASED else f"then.{what}"
            time = format_timedelta(self.pause * number, threshold=1.5, locale=locale)
            yield self.say(language, key, time=time)
        if not plan.rehearses:
            time = format_timedelta(LASTS, threshold=1.5, locale=locale)
            yield self.say(language, "then.nothing", time=time)

    def _audiences(self, language: str, kept: Kept) -> Keyboard:
        shares = [
            self._data(kept, self.say(language, "button.share", percent=one), f"au:s{one}")
            for one in SHARES
        ]
        return (
            (self._button(language, kept, "operators", "au:operators"),),
            (self._button(language, kept, "group", "gr"),),
            tuple(shares[:2]),
            tuple(shares[2:4]),
            tuple(shares[4:]),
            (self._button(language, kept, "everyone", "au:everyone"),),
        )

    def _choices(self, language: str, kept: Kept, plan: Plan) -> Keyboard:
        sound = ("silent", "so:0") if plan.audible else ("loud", "so:1")
        rehearsed = [
            self._button(
                language, kept, f"{one}_{'off' if one in plan.rehearses else 'on'}", f"re:{one}"
            )
            for one in Rehearsed
        ]
        return (
            (
                self._button(language, kept, "where", f"at:{Field.PLACES.value}"),
                self._button(language, kept, "whom", f"at:{AUDIENCE}"),
            ),
            (self._button(language, kept, *sound),),
            *((one,) for one in rehearsed),
        )

    def _button(self, language: str, kept: Kept, key: str, verb: str) -> Button:
        return self._data(kept, self.say(language, f"button.{key}"), verb)

    def _data(self, kept: Kept, label: str, verb: str) -> Button:
        return self.cards.button(kept, shorten(label, _LABEL), verb)

    def spoken(self, language: str) -> str:
        """The language of operators' texts: English, where theirs are not translated."""
        return self.texts.covering(language, "drill.new")

    def _html(self, language: str, key: str, **values: object) -> str:
        return escape(self.say(language, key, **values))


def chosen(argument: str) -> Audience | None:
    """The audience of a pressed button."""
    if argument.startswith("s"):
        return read(f"{Reach.SHARE}:{argument[1:]}")
    found = read(argument)
    return found if found is not None and found.reach is not Reach.GROUP else None


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
