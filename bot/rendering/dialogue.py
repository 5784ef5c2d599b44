"""What the bot says in conversation: cities, settings, what is active, and what is genuine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.content.texts import Texts
from bot.domain.advisory import Advisory, MsgType
from bot.domain.checklist import TickList
from bot.domain.gazetteer import Gazetteer
from bot.domain.message import Button, Keyboard, Message
from bot.domain.place import Place
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.subscriber import MAX_PLACES, Chat, Kind, State
from bot.rendering.privacy import kept_lines
from bot.rendering.text import MAX_UNITS, clean, escape, parsed_units, shorten
from bot.rendering.times import Times

OFFERED_CITIES = 8
POPUP_LIMIT = 200
"""Characters of an answer to a button (Bot API, answerCallbackQuery)."""

_HEADLINE_LIMIT = 160
_BUTTON_LIMIT = 40

Current = tuple[AdvisoryRecord, Advisory]


class Coming(StrEnum):
    """What somebody who has just chosen a city has to expect."""

    SENT = "coming"  # active warnings are on their way
    TOLD = "active"  # something is active that this chat was told before
    QUIET = "quiet"


class Word(StrEnum):
    """How an advisory stands, for somebody who doubts it."""

    ACTIVE = "active"
    SCHEDULED = "scheduled"
    PASSED = "passed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    CLEARED = "cleared"
    WITHDRAWAL = "withdrawal"  # it takes an earlier message back
    UNKNOWN = "unknown"  # never published: not said to exist at all


_ENDED = {
    AdvisoryState.CANCELLED: Word.CANCELLED,
    AdvisoryState.SUPERSEDED: Word.SUPERSEDED,
    AdvisoryState.CLEARED: Word.CLEARED,
    AdvisoryState.PENDING: Word.UNKNOWN,
    AdvisoryState.REJECTED: Word.UNKNOWN,
}


def stands(record: AdvisoryRecord, advisory: Advisory, now: datetime) -> Word:
    """How a stored advisory stands at `now`; what was never published is unknown to people."""
    if record.state in _ENDED:
        return _ENDED[record.state]
    if advisory.msg_type is MsgType.CANCEL:
        return Word.WITHDRAWAL
    if now >= record.expires:
        return Word.PASSED
    return Word.SCHEDULED if now < advisory.window[0] else Word.ACTIVE


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Messages of the conversation. Everything from outside and from a text is escaped here."""

    texts: Texts
    gazetteer: Gazetteer

    def text(self, language: str, key: str, **values: object) -> str:
        """A plain text of this room's domain, for labels and for answers to buttons."""
        return self.texts.get(language, f"chat.{key}", **values)

    def say(self, language: str, *keys: str, **values: object) -> Message:
        """A message of one paragraph for each key; all of them may use `values`, from anywhere."""
        shown = {
            name: clean(value, one_line=True) if isinstance(value, str) else value
            for name, value in values.items()
        }
        return Message(_paragraphs(*(self._html(language, key, **shown) for key in keys)))

    def plain(self, text: str) -> Message:
        """A message of a plain text."""
        return Message(escape(text))

    def name(self, place_id: str, language: str) -> str:
        """A followed place's name; its id, where the places no longer hold it."""
        place = self.gazetteer.get(place_id)
        return place.name(language) if place else place_id

    def welcome(self, language: str) -> Message:
        """The first thing a person reads; the button for a location stands under it."""
        return Message(
            _paragraphs(
                f"<b>{self._html(language, 'welcome.title')}</b>",
                self._html(language, "welcome.text"),
                self._html(language, "not_siren"),
                self._html(language, "welcome.location"),
            )
        )

    def choose(self, language: str, kind: Kind = Kind.PRIVATE) -> Message:
        """The largest cities as buttons; in private a name can be typed, elsewhere `/city` it."""
        cities = self.gazetteer.largest(n=OFFERED_CITIES)
        buttons = [_add(place.name(language), place) for place in cities]
        key = "choose.private" if kind is Kind.PRIVATE else "choose.shared"
        return Message(self._html(language, key, city=self.example(language)), _rows(buttons, 2))

    def example(self, language: str) -> str:
        """The name of the largest city, to show what a name looks like."""
        return next((place.name(language) for place in self.gazetteer.largest(n=1)), "")

    def offer(self, language: str, match: str, places: Sequence[Place]) -> Message:
        """What a typed name may mean, each place with its region. `match` is a `Match`."""
        text = self._html(language, f"offer.{match}", city=self.example(language))
        labels = [self.gazetteer.label(place, language) for place in places]
        if any(len(label) > _BUTTON_LIMIT for label in labels):
            # A phone cuts a long button off, and what tells namesakes apart stands at the end.
            labels = [f"{number}. {label}" for number, label in enumerate(labels, start=1)]
            text = _paragraphs(text, escape("\n".join(labels)))
        buttons = [_add(label, place) for label, place in zip(labels, places, strict=True)]
        return Message(text, _rows(buttons, 1))

    def offer_names(self, language: str, match: str, places: Sequence[Place]) -> Message:
        """The same for a channel, where a button could be pressed by anybody."""
        head = self.offer(language, match, ()).html
        names = (escape(self.gazetteer.label(place, language)) for place in places)
        return Message(_lines(head, *(f"<code>/city {name}</code>" for name in names)), silent=True)

    def nearest(self, language: str, place: Place) -> Message:
        """The city next to a shared location, to be confirmed."""
        label = self.gazetteer.label(place, language)
        yes = self.text(language, "nearest.yes", city=place.name(language))
        other = Button(self.text(language, "nearest.other"), data="city:more")
        return Message(
            self._html(language, "nearest.question", city=label), ((_add(yes, place),), (other,))
        )

    def followed(
        self, language: str, chat: Chat, place: Place, *, is_new: bool, coming: Coming, sent: int
    ) -> Message:
        """The confirmation: what was chosen, what is active now, and what this bot is not."""
        city = self.gazetteer.label(place, language)
        if coming is Coming.SENT:
            now = escape(self.texts.plural(language, "chat.followed.coming", sent))
        else:
            now = self._html(language, f"followed.{coming}")
        key = "followed.new" if is_new else "followed.already"
        more = "followed.next" if chat.kind is Kind.PRIVATE else ""
        return Message(
            _paragraphs(
                f"<b>{self._html(language, key, city=city)}</b>",
                now,
                self._html(language, "not_siren"),
                self._html(language, more) if more else "",
            ),
            self._menu(language) if chat.kind is Kind.PRIVATE else (),
        )

    def full(self, language: str) -> Message:
        """No more places can be followed."""
        text = self.texts.plural(language, "chat.followed.full", MAX_PLACES)
        return Message(
            escape(text), ((Button(self.text(language, "button.cities"), "city:menu"),),)
        )

    def cities(self, language: str, chat: Chat, note: str = "") -> Message:
        """The menu: what is followed, each with a button that removes it. `note` is plain."""
        if not chat.places:
            chosen = self.choose(language, chat.kind)
            empty = self._html(language, "cities.empty")
            return Message(_paragraphs(escape(note), empty, chosen.html), chosen.keyboard)
        title = "cities.title" if chat.kind is Kind.PRIVATE else "cities.group_title"
        names = [(id, self.name(id, language)) for id in chat.places]
        removing = [
            Button(
                shorten(self.text(language, "button.remove", city=name), _BUTTON_LIMIT),
                data=f"city:del:{id}",
            )
            for id, name in names
        ]
        html = _paragraphs(
            escape(note),
            self.off(language, chat),
            _lines(
                f"<b>{self._html(language, title)}</b>",
                *(f"• {escape(self._label(id, language))}" for id, _ in names),
            ),
        )
        return Message(html, (*_rows(removing, 2), *self._menu(language, with_cities=False)))

    def languages(self, language: str) -> Message:
        """The choice of a language, each in its own words."""
        buttons = [
            Button(self.language_name(tag), data=f"lang:{tag}") for tag in self.texts.languages
        ]
        return Message(self._html(language, "language.choose"), _rows(buttons, 2))

    def language_name(self, tag: str) -> str:
        """What its speakers call a language."""
        locale = self.texts.locale(tag)
        name = locale.get_language_name(locale) or tag
        return name[:1].upper() + name[1:]

    def privacy(self, language: str, chat: Chat | None, ticks: TickList | None = None) -> Message:
        """Everything that is kept about a chat, with the ways to take it along or delete it."""
        if chat is None:
            return self.say(language, "privacy.nothing", "privacy.rest", "privacy.reports")
        names = " · ".join(self._label(id, language) for id in chat.places)
        kept = [
            self._html(language, "privacy.number", id=chat.id),
            self._html(language, "privacy.language", name=self.language_name(language)),
            self._html(language, "privacy.cities", cities=names or "–"),
            self._html(language, f"privacy.state_{'on' if chat.state is State.ACTIVE else 'off'}"),
            self._html(language, "privacy.low_data") if chat.low_data else "",
            *kept_lines(self.texts, language, chat, ticks),
        ]
        export = Button(self.text(language, "privacy.export"), data="privacy:export")
        delete = Button(self.text(language, "privacy.delete"), data="privacy:delete")
        return Message(
            _paragraphs(
                f"<b>{self._html(language, 'privacy.title')}</b>",
                _lines(*kept),
                self._html(language, "privacy.rest"),
                self._html(language, "privacy.reports"),
            ),
            ((export,), (delete,)),
        )

    def confirm_deletion(self, language: str) -> Message:
        """The question before everything is deleted."""
        yes = Button(self.text(language, "privacy.yes"), data="privacy:erase")
        no = Button(self.text(language, "privacy.no"), data="privacy:show")
        return Message(self._html(language, "privacy.confirm"), ((no,), (yes,)))

    def trial(self, language: str, sample: Message, *, loud: bool = False) -> Message:
        """A warning as it would look, marked at both ends; `loud` it sounds like one, else it is
        silent and has a button for that.
        """
        mark = f"<b>{self._html(language, 'test.mark')}</b>"
        keys = ("test.text", "test.sound") if loud else ("test.text",)
        text = [self._html(language, key) for key in keys]
        html = _paragraphs(mark, *text, sample.html, mark)
        if parsed_units(html) > MAX_UNITS:
            html = _paragraphs(mark, *text, mark)
        again = Button(self.text(language, "test.loud"), data="test:loud")
        return Message(html, () if loud else ((again,),), silent=not loud)

    def genuine(
        self, language: str, current: Current, now: datetime, *, source: str, timezone: str
    ) -> Message:
        """The answer to `/verify`: yes, by whom, when, and how it stands."""
        record, advisory = current
        times = Times(self.texts, language, timezone)
        signed = "verify.signed" if record.signed else "verify.unsigned"
        more = Button(self.text(language, "button.more", code=record.code), f"more:{record.id}")
        return Message(
            _paragraphs(
                f"<b>{self._html(language, 'verify.yes', code=record.code)}</b>",
                self._html(language, "verify.drill") if advisory.is_drill else "",
                _lines(
                    self._html(language, "verify.source", source=_short(source)),
                    self._html(language, signed),
                    self._html(language, "verify.issued", time=self._issued(times, advisory)),
                    self._html(
                        language,
                        f"verify.{stands(record, advisory, now)}",
                        time=times.dated(record.expires),
                    ),
                ),
            ),
            ((more,),),
        )

    def genuine_popup(
        self, language: str, current: Current, now: datetime, *, source: str, timezone: str
    ) -> str:
        """The same as plain text that fits the answer to a button."""
        record, advisory = current
        times = Times(self.texts, language, timezone)
        word = stands(record, advisory, now)
        standing = self.text(language, f"verify.{word}", time=times.moment(record.expires))
        if advisory.is_drill:
            standing = f"{self.text(language, 'verify.drill')} {standing}"
        values = {"code": record.code, "time": times.moment(advisory.sent), "state": standing}
        bare = self.text(language, "verify.popup", source="", **values)
        room = max(POPUP_LIMIT - len(bare), 10)
        source = shorten(clean(source, one_line=True), room)
        return shorten(self.text(language, "verify.popup", source=source, **values), POPUP_LIMIT)

    def _html(self, language: str, key: str, **values: object) -> str:
        return escape(self.text(language, key, **values))

    def _label(self, place_id: str, language: str) -> str:
        place = self.gazetteer.get(place_id)
        return self.gazetteer.label(place, language) if place else place_id

    def _menu(self, language: str, *, with_cities: bool = True) -> Keyboard:
        items = [("button.cities", "city:menu")] if with_cities else []
        items += [("button.add", "city:more"), ("button.status", "status")]
        return _rows([Button(self.text(language, key), data=data) for key, data in items], 2)

    def off(self, language: str, chat: Chat) -> str:
        """In HTML, that the chat gets no warnings; empty for one that does."""
        if chat.state is State.ACTIVE:
            return ""
        shared = chat.kind is not Kind.PRIVATE
        return self._html(language, "off.shared" if shared else "off.private")

    def _issued(self, times: Times, advisory: Advisory) -> str:
        return f"{times.dated(advisory.sent)}, {times.zone}"

    def timezone(self, place_ids: Iterable[str]) -> str:
        """The IANA name of the first place's zone; UTC where none is known."""
        places = (self.gazetteer.get(id) for id in place_ids)
        return next((place.timezone for place in places if place), "UTC")


def _add(label: str, place: Place) -> Button:
    return Button(shorten(label, _BUTTON_LIMIT), data=f"city:add:{place.id}")


def _short(text: str) -> str:
    return shorten(clean(text, one_line=True), _HEADLINE_LIMIT)


def _rows(buttons: Sequence[Button], width: int) -> Keyboard:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))
