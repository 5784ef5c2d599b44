"""Pages for operators: people and roles, sources, what waits, and the audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.content.texts import Texts
from bot.domain.audit import Entry
from bot.domain.gazetteer import Gazetteer
from bot.domain.message import Button, Message
from bot.domain.operators import Operator, Role
from bot.domain.record import Contact
from bot.rendering.text import MAX_UNITS, clean, escape, parsed_units, shorten
from bot.rendering.times import Times

_LABEL = 40
_NAME = 64
_FACTS = 120
_ROOM = MAX_UNITS - 400
"""Units after which no source is added: one of the longest names and counts still fits."""

PAGE = 8
"""Entries of the audit on one page: what fits a message whatever they say."""

SHOWN = 40
"""People on one page: as many buttons as a person can look through."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Each in the language of who asks. ``timezone`` is that of the bot's largest city."""

    texts: Texts
    gazetteer: Gazetteer
    timezone: str

    def people(
        self, language: str, people: Sequence[Operator], *, may_manage: bool, note: str = ""
    ) -> Message:
        """Everybody with their role; an owner gets a button for each, and for an invitation."""
        lines = [
            self._text(language, "people.line", name=_name(one), role=self.role(language, one.role))
            for one in people[:SHOWN]
        ]
        title = f"<b>{self._html(language, 'people.title')}</b>"
        rows: list[tuple[Button, ...]] = []
        if may_manage:
            rows = [
                (Button(_label(_name(one)), data=f"op:see:{one.id}"),) for one in people[:SHOWN]
            ]
            rows.append((Button(self._text(language, "people.invite"), data="op:invite"),))
        html = _paragraphs(title, "\n".join(map(escape, lines)), escape(note))
        return Message(html, tuple(rows))

    def person(self, language: str, one: Operator, *, is_fixed: bool, note: str = "") -> Message:
        """One person, with buttons for another role, for places, and to remove them."""
        title = self._text(
            language, "people.line", name=_name(one), role=self.role(language, one.role)
        )
        where = ", ".join(self._place(language, id) for id in one.places)
        where = where or self._text(language, "people.everywhere")
        lines = [self._text(language, "people.places", places=where)]
        if one.since is not None:
            moment = self._times(language).dated(one.since)
            lines.append(self._text(language, "people.since", time=moment, by=str(one.by)))
        if is_fixed:
            lines.append(self._text(language, "people.fixed"))
        rows: list[tuple[Button, ...]] = []
        if not is_fixed:
            for role in Role:
                if role is not one.role:
                    label = self._text(language, "people.make", role=self.role(language, role))
                    data = f"op:role:{one.id}:{one.role.value}:{role.value}"
                    rows.append((Button(_label(label), data=data),))
            places = self._text(language, "people.set_places")
            rows.append((Button(places, data=f"op:places:{one.id}"),))
            remove = self._text(language, "people.remove")
            rows.append((Button(remove, data=f"op:del:{one.id}:{one.role.value}"),))
        rows.append((Button(self._text(language, "button.back"), data="op:list"),))
        head = f"<b>{escape(title)}</b>"
        html = _paragraphs(head, "\n".join(map(escape, lines)), escape(note))
        return Message(html, tuple(rows))

    def invite(self, language: str) -> Message:
        """Which role an invitation is to give."""
        rows = [(Button(self.role(language, role), data=f"op:new:{role.value}"),) for role in Role]
        rows.append((Button(self._text(language, "button.back"), data="op:list"),))
        return Message(self._html(language, "people.which"), tuple(rows))

    def invitation(self, language: str, role: Role, url: str, hours: float) -> Message:
        """The one-time link, to be passed on to one person."""
        said = self._html(
            language, "people.link", role=self.role(language, role), hours=f"{hours:g}"
        )
        return Message(f"{said}\n\n{escape(url)}")

    def role(self, language: str, role: Role) -> str:
        """A role in words."""
        return self._text(language, f"role.{role.value}")

    def sources(
        self, language: str, names: Mapping[str, str], contacts: Mapping[str, Contact]
    ) -> Message:
        """Each source with its last contact, and what became of what it sent."""
        times = self._times(language)
        parts = [f"<b>{self._html(language, 'sources.title')}</b>"]
        for number, (key, name) in enumerate(names.items()):
            if parsed_units(_paragraphs(*parts)) > _ROOM:
                left = len(names) - number
                parts.append(self._html(language, "sources.more", n=left))
                break
            contact = contacts[key]
            if contact.last is None:
                said = self._text(language, "sources.never")
            else:
                said = self._text(language, "sources.last", time=times.dated(contact.last))
            counts = "; ".join(
                self._text(language, f"verdict.{verdict}", n=contact.counts[verdict])
                for verdict in ("publish", "review", "refuse", "ignore", "dead")
                if contact.counts.get(verdict)
            )
            shown = escape(shorten(clean(name, one_line=True), 80))
            parts.append("\n".join(filter(None, (f"<b>{shown}</b>", escape(said), escape(counts)))))
        return Message(_paragraphs(*parts))

    def source_name(self, language: str, key: str) -> str:
        """What stands for a source that was not named, or is not configured."""
        return self._text(language, "sources.unnamed" if key == "-" else "sources.unknown")

    def pending(
        self, language: str, buttons: Iterable[Button], waiting: int, drafts: int
    ) -> Message:
        """How much waits for a decision, and the drafts that are open."""
        rows = tuple((button,) for button in buttons)
        counts = [self.texts.plural(self._spoken(language), "operator.pending.reviews", waiting)]
        counts.append(self.texts.plural(self._spoken(language), "operator.pending.drafts", drafts))
        return Message("\n".join(map(escape, counts)), rows)

    def audit(self, language: str, entries: Sequence[Entry], *, has_more: bool) -> Message:
        """A page of the audit, the newest first, with a way to older ones and to the whole."""
        parts = [f"<b>{self._html(language, 'audit.title')}</b>"]
        parts += [self._entry(language, entry) for entry in entries]
        rows: list[tuple[Button, ...]] = []
        if has_more:
            older = self._text(language, "audit.older")
            rows.append((Button(older, data=f"au:to:{entries[-1].number}"),))
        rows.append((Button("CSV", data="au:csv"), Button("JSON", data="au:json")))
        if not entries:
            parts.append(self._html(language, "audit.none"))
        return Message(_paragraphs(*parts), tuple(rows))

    def caption(self, language: str, first: int, last: int) -> str:
        """What stands under an exported audit."""
        return self._html(language, "audit.caption", first=first, last=last)

    def _entry(self, language: str, entry: Entry) -> str:
        facts = entry.facts
        at = self._times(language).dated(datetime.fromisoformat(facts["at"]))
        name = shorten(clean(str(facts["name"] or facts["who"]), one_line=True), _NAME)
        key = f"operator.done.{facts['what']}"
        what = self.texts.get(self._spoken(language), key) if self.texts.has(key) else facts["what"]
        values = [f"{facts['about']}" if facts["about"] else "", _change(facts)]
        detail = shorten(clean(" ".join(filter(None, values)), one_line=True), _FACTS)
        return "\n".join(
            filter(None, (escape(f"{entry.number}. {at}"), escape(f"{name}: {what}"),
                          escape(detail)))
        )  # fmt: skip

    def _place(self, language: str, place_id: str) -> str:
        place = self.gazetteer.get(place_id)
        return place.name(language) if place else place_id

    def _times(self, language: str) -> Times:
        return Times(self.texts, self._spoken(language), self.timezone)

    def _spoken(self, language: str) -> str:
        return self.texts.covering(language, "operator.preview")

    def _text(self, language: str, key: str, **values: object) -> str:
        return self.texts.get(self._spoken(language), f"operator.{key}", **values)

    def _html(self, language: str, key: str, **values: object) -> str:
        return escape(self._text(language, key, **values))


def _change(facts: Mapping[str, object]) -> str:
    before, after = (_listed(facts[one]) for one in ("before", "after"))
    return " → ".join(filter(None, (before, after)))


def _listed(facts: object) -> str:
    if not isinstance(facts, Mapping):
        return ""
    return ", ".join(f"{name}: {value}" for name, value in facts.items())


def _name(one: Operator) -> str:
    return shorten(clean(one.name, one_line=True), _NAME) if one.name else str(one.id)


def _label(text: str) -> str:
    return shorten(clean(text, one_line=True), _LABEL)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
