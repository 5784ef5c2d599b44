"""The card of a draft: one message that asks for each step, and shows what was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from babel import Locale
from babel.dates import format_timedelta
from babel.lists import format_list

from bot.content.texts import Texts
from bot.domain.advisory import Severity
from bot.domain.draft import Field, Kept
from bot.domain.gazetteer import Gazetteer
from bot.domain.guidance import GuidanceBook
from bot.domain.message import Button, Keyboard, Message
from bot.domain.paid import Estimate
from bot.domain.place import Level, Place
from bot.domain.record import AdvisoryRecord
from bot.domain.subscriber import REACH_FIRST, Kind
from bot.domain.template import Template
from bot.domain.window import Quick
from bot.rendering.text import clean, escape, link, shorten
from bot.rendering.times import Times

SEVERITIES = (Severity.EXTREME, Severity.SEVERE, Severity.MODERATE, Severity.MINOR)
OFFERED_CITIES = 6
SHOWN_DRAFTS = 5
DEFAULT_LASTS_H = 12
_LABEL = 40
_VALUE = 300


@dataclass(frozen=True, slots=True)
class Outlook:
    """What publishing would mean: whom it reaches, how soon, for how much, and who must agree.

    ``city`` is what must be typed to confirm, None where a button is enough; ``reasons`` are why
    somebody else must approve it.
    """

    audience: Mapping[Kind, int]
    estimate: Estimate
    is_paid_on: bool
    reasons: tuple[str, ...]
    city: str | None


@dataclass(frozen=True, slots=True)
class Cards:
    """Every card, in each operator's language. ``timezone`` is that of the bot's largest city."""

    texts: Texts
    gazetteer: Gazetteer
    guidance: GuidanceBook
    templates: Mapping[str, Template]
    timezone: str

    def start(self, language: str, drafts: Sequence[Kept]) -> Message:
        """Templates, a way to paste, and the drafts that anybody left open."""
        spoken = self._spoken(language)
        rows = [
            (Button(_label(one.text(spoken).name), data=f"p:t:{one.key}"),)
            for one in self.templates.values()
        ]
        rows.append((Button(self._text(language, "card.paste"), data="p:paste"),))
        rows += [(self.resume(language, kept),) for kept in drafts[:SHOWN_DRAFTS]]
        return Message(self._html(language, "card.new"), tuple(rows))

    def resume(self, language: str, kept: Kept) -> Button:
        """The button that opens a draft."""
        what = self.summary(language, kept)
        key = "drill.continue" if kept.draft.is_drill else "operator.card.continue"
        label = self.texts.get(self._spoken(language), key, what=what, name=kept.author.name)
        return Button(_label(label), data=f"{'x' if kept.draft.is_drill else 'p'}:d:{kept.id}")

    def summary(self, language: str, kept: Kept) -> str:
        """A draft in a few words: its threat and its first places."""
        parts = [self._hazard(language, kept), *self._names(language, kept)[:2]]
        return ", ".join(part for part in parts if part) or self._text(language, "card.nothing")

    def places(self, language: str, kept: Kept, offered: tuple[str, ...] = ()) -> Keyboard:
        """The places to choose from, those that are chosen first."""
        return tuple(_rows(list(self._places(language, kept, offered))))

    def button(self, kept: Kept, label: str, verb: str) -> Button:
        """A button of a draft's card. A drill's and a real one's are never taken for each other."""
        return self._data(kept, label, verb)

    def pasting(self, language: str, note: str = "") -> Message:
        """What may be pasted; ``note`` says what was wrong with the last."""
        return Message(_paragraphs(escape(note), self._html(language, "card.pasting")))

    def step(
        self,
        language: str,
        kept: Kept,
        field: Field,
        *,
        note: str = "",
        offered: Iterable[str] = (),
    ) -> Message:
        """What was chosen, and the question for one field. ``offered`` are ids of places."""
        rows = list(self._choices(language, kept, field, tuple(offered)))
        if field in (Field.SAYS, Field.SOURCE) and field not in kept.draft.missing:
            rows.append((self._button(language, kept, "clear", f"cl:{field.value}"),))
        is_done = field not in kept.draft.missing
        ahead = [self._button(language, kept, "next", "ok")] if is_done else []
        rows.append((*ahead, self._button(language, kept, "drop", "dr")))
        times = self._times(language, kept)
        asked = self._html(language, f"card.ask.{field.value}", zone=times.zone)
        html = _paragraphs(self._facts(language, kept), f"<b>{asked}</b>", escape(note))
        return Message(html, tuple(rows))

    def overview(self, language: str, kept: Kept, note: str = "") -> Message:
        """All that was chosen, each with a button to change it, and the way to the preview."""
        fields = [self._button(language, kept, f"field.{one.value}", f"at:{one.value}")
                  for one in Field]  # fmt: skip
        rows = [tuple(fields[at : at + 2]) for at in range(0, len(fields), 2)]
        rows.append((self._button(language, kept, "preview", "pv"),))
        rows.append((self._button(language, kept, "drop", "dr"),))
        return Message(_paragraphs(self._facts(language, kept), escape(note)), tuple(rows))

    def confirm(self, language: str, kept: Kept, outlook: Outlook, note: str = "") -> Message:
        """What publishing means, and how to confirm it."""
        rows: list[tuple[Button, ...]] = []
        ask = ""
        if outlook.city is None:
            rows.append((self._button(language, kept, "publish", "go"),))
        else:
            ask = f"<b>{self._html(language, 'confirm.type', city=outlook.city)}</b>"
        rows.append((self._button(language, kept, "back", "bk"),))
        html = _paragraphs(
            self._facts(language, kept),
            "\n".join(map(escape, self._outlook(language, outlook))),
            "\n".join(escape(self._reason(language, one)) for one in outlook.reasons),
            escape(note),
            ask,
        )
        return Message(html, tuple(rows))

    def issued(
        self,
        language: str,
        record: AdvisoryRecord,
        reasons: Iterable[str],
        follow: Keyboard = (),
    ) -> Message:
        """What became of it: on its way, with what can `follow`, or waiting for somebody else."""
        waits = tuple(reasons)
        if not waits:
            return Message(self._html(language, "issued.direct", code=record.code), follow)
        rows: Keyboard = ()
        if waits == ("second_person",):
            alone = self._text(language, "button.override")
            rows = ((Button(alone, data=f"ov:{record.id}"),),)
        html = _paragraphs(
            self._html(language, "issued.waits", code=record.code),
            "\n".join(escape(self._reason(language, one)) for one in waits),
        )
        return Message(html, rows)

    def closed(self, language: str, kept: Kept) -> Message:
        """What stands in place of a draft that is closed."""
        key = f"draft.{kept.state.value}"
        return Message(self._html(language, key, name=clean(kept.hand.name, one_line=True)))

    def pointer(self, language: str) -> Message:
        """What stands in place of a card that has moved below the preview."""
        return Message(self._html(language, "card.below"))

    def overtaken(self, language: str, kept: Kept) -> str:
        """Who was first, and what they did; for the answer to a button."""
        what = self._text(language, f"what.{kept.hand.what}")
        name = shorten(clean(kept.hand.name, one_line=True), 64)
        return self._text(language, "overtaken", name=name, what=what)

    def say(self, language: str, key: str, **values: object) -> str:
        """A plain text of operators, without its head `operator.`."""
        return self._text(language, key, **values)

    def _choices(
        self, language: str, kept: Kept, field: Field, offered: tuple[str, ...]
    ) -> Iterator[tuple[Button, ...]]:
        if field is Field.HAZARD:
            spoken = self._spoken(language)
            hazards = [
                self._data(kept, _label(texts[spoken].named), f"hz:{key}")
                for key, texts in self.guidance.hazards.items()
            ]
            yield from _rows(hazards)
        elif field is Field.PLACES:
            yield from self.places(language, kept, offered)
        elif field is Field.WINDOW:
            hours = self._lasts_h(kept)
            for which in Quick:
                label = self._text(language, f"window.{which.value}", hours=hours)
                yield (self._data(kept, label, f"wi:{which.value}"),)
        elif field is Field.SEVERITY:
            severities = [
                self._data(kept, self._severity(language, one), f"se:{one.value}")
                for one in SEVERITIES
            ]
            yield from _rows(severities)

    def _places(self, language: str, kept: Kept, offered: tuple[str, ...]) -> Iterator[Button]:
        chosen = kept.draft.places
        for id in chosen:
            label = self._text(language, "button.chosen", name=self._name(language, id))
            yield self._data(kept, _label(label), f"pl:{id}")
        others = offered or tuple(
            place.id for place in self.gazetteer.largest(n=OFFERED_CITIES + len(chosen))
        )
        shown = 0
        for id in dict.fromkeys((*others, *self._oblasts(chosen))):
            place = self.gazetteer.get(id)
            if place is None or id in chosen:
                continue
            whole = place.level is not Level.CITY
            if not whole and not offered and shown >= OFFERED_CITIES:
                continue
            shown += 1
            label = place.name(language)
            if id in offered and len(self.gazetteer.by_name(label)) > 1:
                label = self.gazetteer.label(place, language)
            if whole:
                label = self._text(language, "button.whole", name=place.name(language))
            yield self._data(kept, _label(label), f"pl:{id}")

    def _oblasts(self, chosen: Iterable[str]) -> Iterator[str]:
        for id in chosen:
            place = self.gazetteer.get(id)
            for parent in place.parents if place else ():
                above = self.gazetteer.get(parent)
                if above is not None and above.level is Level.OBLAST:
                    yield parent

    def _lasts_h(self, kept: Kept) -> int:
        template = self.templates.get(kept.draft.template or "")
        return template.lasts_h if template else DEFAULT_LASTS_H

    def lasts(self, kept: Kept) -> timedelta:
        """How long a window lasts that begins now."""
        return timedelta(hours=self._lasts_h(kept))

    def zone_of(self, kept: Kept) -> str:
        """The time zone of the first place, or the bot's."""
        return self.zone_at(kept.draft.places)

    def zone_at(self, place_ids: Iterable[str]) -> str:
        """The same for places by id."""
        places = (self.gazetteer.get(id) for id in place_ids)
        first = next((place for place in places if place), None)
        return self._timezone(first) if first else self.timezone

    def _timezone(self, place: Place) -> str:
        if place.timezone:
            return place.timezone
        inside = (self.gazetteer.get(id) for id in self.gazetteer.settlements_in(place.id))
        return next((one.timezone for one in inside if one), self.timezone)

    def _times(self, language: str, kept: Kept) -> Times:
        return Times(self.texts, self._spoken(language), self.zone_of(kept))

    def _facts(self, language: str, kept: Kept) -> str:
        draft = kept.draft
        names = self._names(language, kept)
        words = draft.words_in(language) or next(iter(draft.words.values()), None)
        said = draft.says or (words and (words.description or words.headline or words.event)) or ""
        values = {
            Field.HAZARD: self._hazard(language, kept),
            Field.PLACES: format_list(names, locale=self._locale(language)) if names else "",
            Field.WINDOW: self._window(language, kept),
            Field.SEVERITY: self._severity(language, draft.severity) if draft.severity else "",
            Field.SAYS: said,
            Field.SOURCE: draft.source or "",
        }
        title = self._html(language, "card.title", name=clean(kept.author.name, one_line=True))
        lines = [f"<b>{title}</b>"]
        for field, value in values.items():
            shown = shorten(clean(value, one_line=True), _VALUE)
            shown = shown or self._text(language, "card.nothing")
            lines.append(self._html(language, f"card.{field.value}", value=shown))
        web = link(draft.web)
        return "\n".join((*lines, web) if web else lines)

    def _window(self, language: str, kept: Kept) -> str:
        if kept.draft.ends is None:
            return ""
        times = self._times(language, kept)
        if kept.draft.starts is not None:
            return times.window(kept.draft.starts, kept.draft.ends)
        end = times.moment(kept.draft.ends)
        return self._text(language, "window.until", end=end, zone=times.zone)

    def _outlook(self, language: str, outlook: Outlook) -> Iterator[str]:
        counts = [
            self.texts.plural(
                self._spoken(language), f"operator.count_{kind}", outlook.audience.get(kind, 0)
            )
            for kind in REACH_FIRST
        ]
        listed = format_list(counts, locale=self._locale(language))
        yield self._text(language, "audience", counts=listed)
        free = self._duration(language, outlook.estimate.free_s)
        yield self._text(language, "confirm.free", time=free)
        paid = self._duration(language, outlook.estimate.paid_s)
        key = "confirm.paid" if outlook.is_paid_on else "confirm.paid_off"
        yield self._text(language, key, time=paid, stars=outlook.estimate.stars)

    def _duration(self, language: str, seconds: float) -> str:
        return format_timedelta(
            timedelta(seconds=max(1, round(seconds))),
            threshold=1.5,
            locale=self._locale(language),
        )

    def _hazard(self, language: str, kept: Kept) -> str:
        texts = self.guidance.hazards.get(kept.draft.hazard or "")
        return texts[self._spoken(language)].named if texts else ""

    def _severity(self, language: str, severity: Severity) -> str:
        return self._text(language, f"severity.{severity.value.lower()}")

    def _reason(self, language: str, reason: str) -> str:
        return self._text(language, f"reason.{reason}")

    def _names(self, language: str, kept: Kept) -> list[str]:
        return [self._name(language, id) for id in kept.draft.places]

    def _name(self, language: str, place_id: str) -> str:
        place = self.gazetteer.get(place_id)
        return place.name(language) if place else place_id

    def _button(self, language: str, kept: Kept, key: str, verb: str) -> Button:
        return self._data(kept, self._text(language, f"button.{key}"), verb)

    def _data(self, kept: Kept, label: str, verb: str) -> Button:
        """A press says which version it was made for: one that is outdated changes nothing."""
        kind = "x" if kept.draft.is_drill else "d"
        return Button(label, data=f"{kind}:{kept.id}:{kept.version}:{verb}")

    def _spoken(self, language: str) -> str:
        return self.texts.covering(language, "operator.preview")

    def _locale(self, language: str) -> Locale:
        return self.texts.locale(self._spoken(language))

    def _text(self, language: str, key: str, **values: object) -> str:
        return self.texts.get(self._spoken(language), f"operator.{key}", **values)

    def _html(self, language: str, key: str, **values: object) -> str:
        return escape(self._text(language, key, **values))


def _label(text: str) -> str:
    return shorten(clean(text, one_line=True), _LABEL)


def _rows(buttons: Sequence[Button]) -> Iterator[tuple[Button, ...]]:
    for at in range(0, len(buttons), 2):
        yield tuple(buttons[at : at + 2])


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
