"""A draft: an advisory that operators are still writing, one step at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field as Checked

from bot.domain.advisory import (
    Advisory,
    Area,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from bot.domain.drill import AUDIBLE, AUDIENCE, LASTS, SOUND
from bot.domain.drill import Plan as DrillPlan
from bot.domain.place import Level, Place
from bot.domain.recognition import HAZARD_PARAMETER
from bot.domain.reference import Reference
from bot.domain.template import Prepared, Template, Words

MAX_SAID = 3000
"""Characters of the source's words: what fits one typed message beside the rest of a card."""

MAX_PLACES = 30
MAX_SOURCE = 120

_SCHEMES = {
    Level.COUNTRY: "ISO3166-1",
    Level.OBLAST: "ISO3166-2",
    Level.RAION: "KATOTTG",
    Level.HROMADA: "KATOTTG",
    Level.CITY: "GEONAMES",
}
_PRESSING = {Severity.SEVERE, Severity.EXTREME}


class Field(StrEnum):
    """What a draft asks for, in the order in which it asks."""

    HAZARD = "hazard"
    PLACES = "places"
    WINDOW = "window"
    SEVERITY = "severity"
    SAYS = "says"
    SOURCE = "source"


class Draft(Prepared):
    """What was chosen so far. Times are aware; ``places`` are ids, ``words`` by language tag.

    ``starts`` is None for a window that begins when it is published. ``edits`` is the id of the
    advisory under review that this draft is to replace, ``updates`` the CAP reference of the
    published one that it goes on from, ``says_in`` the language of ``says``. ``drill`` is what else
    is chosen of a drill; it has no window of its own, and begins when it is started.
    """

    template: str | None = None
    hazard: str | None = None
    severity: Severity | None = None
    category: tuple[Category, ...] = (Category.SAFETY,)
    response_type: tuple[ResponseType, ...] = (ResponseType.PREPARE,)
    urgency: Urgency = Urgency.EXPECTED
    certainty: Certainty = Certainty.POSSIBLE
    places: Annotated[tuple[str, ...], Checked(max_length=MAX_PLACES)] = ()
    starts: datetime | None = None
    ends: datetime | None = None
    says: str | None = None
    says_in: str = "en"
    source: str | None = None
    web: str | None = None
    words: Mapping[str, Words] = {}
    status: Status = Status.ACTUAL
    edits: str | None = None
    updates: str | None = None
    drill: DrillPlan | None = None

    @property
    def is_drill(self) -> bool:
        """Whether it is anything but the real thing: then nothing real may come of it."""
        return self.status is not Status.ACTUAL

    @property
    def missing(self) -> tuple[Field, ...]:
        """What must still be chosen before it can be seen and published."""
        needs = (
            (Field.HAZARD, self.hazard is not None),
            (Field.PLACES, bool(self.places)),
            (Field.WINDOW, self.ends is not None or self.drill is not None),
            (Field.SEVERITY, self.severity is not None),
            (Field.SAYS, bool(self.words) or self.says is not None),
        )
        return tuple(field for field, is_there in needs if not is_there)

    @property
    def is_severe(self) -> bool:
        """Whether it is confirmed by typing the city, and not by a button."""
        return self.severity in _PRESSING or self.severity is Severity.UNKNOWN

    def words_in(self, language: str) -> Words | None:
        """The words in a language, whatever its region (en: en-US); None if there are none."""
        primary = language.partition("-")[0].lower()
        return next(
            (one for tag, one in self.words.items() if tag.lower().partition("-")[0] == primary),
            None,
        )

    def toggled(self, place_id: str) -> Draft:
        """With one place more, or with one fewer if it was there; unchanged where it is full."""
        if place_id in self.places:
            places = tuple(one for one in self.places if one != place_id)
        elif len(self.places) >= MAX_PLACES:
            return self
        else:
            places = (*self.places, place_id)
        return self.model_copy(update={"places": places})

    def of_hazard(self, hazard: str) -> Draft:
        """About another threat: words that were prepared for the first no longer fit."""
        if hazard == self.hazard:
            return self
        return self.model_copy(update={"hazard": hazard, "template": None, "words": {}})


def from_template(template: Template) -> Draft:
    """A draft that lacks only what a template cannot know."""
    words = {
        language: Words(
            event=text.event,
            headline=text.headline,
            description=text.description,
            instruction=text.instruction,
        )
        for language, text in template.texts.items()
    }
    return Draft(
        template=template.key,
        hazard=template.hazard,
        severity=template.severity,
        category=template.category,
        response_type=template.response_type,
        urgency=template.urgency,
        certainty=template.certainty,
        words=words,
    )


def trial_of(template: Template, place_id: str, now: datetime) -> Draft:
    """What a template warns of, an hour from `now` on, as a test for one place."""
    starts = now + timedelta(hours=1)
    window = {"starts": starts, "ends": starts + timedelta(hours=template.lasts_h)}
    update = {"status": Status.TEST, "places": (place_id,), **window}
    return from_template(template).model_copy(update=update)


def drill_of(template: Template) -> Draft:
    """A draft of a drill: what the template warns of, for nobody yet."""
    made = from_template(template)
    return made.model_copy(update={"status": Status.EXERCISE, "drill": DrillPlan()})


def begun(draft: Draft, now: datetime) -> Draft:
    """A drill as it is if it begins now; anything else as it is."""
    if draft.drill is None:
        return draft
    return draft.model_copy(update={"starts": None, "ends": now.replace(microsecond=0) + LASTS})


def from_text(text: str, language: str) -> Draft:
    """A draft whose description is a pasted text."""
    return Draft(says=text.strip()[:MAX_SAID], says_in=language_of(text, language))


def from_advisory(
    advisory: Advisory,
    *,
    hazard: str,
    places: Sequence[str],
    edits: str | None = None,
    updates: str | None = None,
) -> Draft:
    """A draft with all that a pasted advisory, one under review or a published one says."""
    first = advisory.info[0] if advisory.info else None
    start, end = advisory.window
    filled: dict[str, object] = {}
    if first is not None:
        filled = {
            "severity": advisory.max_severity,
            "category": first.category,
            "response_type": first.response_type,
            "urgency": advisory.urgency,
            "certainty": first.certainty,
            "source": first.sender_name and first.sender_name[:MAX_SOURCE],
            "web": first.web,
        }
    return Draft(
        hazard=hazard,
        places=tuple(places)[:MAX_PLACES],
        starts=start if start > advisory.sent else None,
        ends=end,
        words={
            info.language: Words(
                event=info.event[:1000],
                headline=info.headline,
                description=info.description,
                instruction=info.instruction,
            )
            for info in advisory.info
        },
        edits=edits,
        updates=updates,
        status=advisory.status,
        **filled,
    )


def language_of(text: str, language: str) -> str:
    """The language a text is taken to be in: that of who typed it, unless its letters deny it."""
    letters = [char for char in text if char.isalpha()]
    is_cyrillic = sum("\u0400" <= char <= "\u04ff" for char in letters) * 2 > len(letters)
    if is_cyrillic == (language == "uk"):
        return language
    return "uk" if is_cyrillic else "en"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What makes an advisory of a draft: ids, the instant it is issued, and names for gaps.

    ``event`` names the threat by language for a draft without prepared words.
    """

    identifier: str
    sender: str
    sent: datetime
    event: Mapping[str, str]


def build(draft: Draft, places: Sequence[Place], imprint: Imprint) -> Advisory:
    """The advisory of a complete draft. Raises ValueError where something is missing."""
    if draft.missing or draft.ends is None or draft.severity is None:
        raise ValueError(f"the draft lacks {', '.join(draft.missing)}")
    sent = imprint.sent.replace(microsecond=0)
    return Advisory(
        identifier=imprint.identifier,
        sender=imprint.sender,
        sent=sent,
        status=draft.status,
        msg_type=MsgType.UPDATE if draft.updates else MsgType.ALERT,
        scope=Scope.PUBLIC,
        references=(Reference.read(draft.updates),) if draft.updates else (),
        info=tuple(
            Info(
                language=language,
                category=draft.category,
                event=words.event,
                response_type=draft.response_type,
                urgency=draft.urgency,
                severity=draft.severity,
                certainty=draft.certainty,
                onset=draft.starts or sent,
                expires=draft.ends,
                sender_name=draft.source,
                headline=words.headline,
                description=words.description,
                instruction=words.instruction,
                web=draft.web,
                parameter=_parameters(draft),
                area=tuple(_area(place, language) for place in places),
            )
            for language, words in _said(draft, imprint.event).items()
        ),
    )


def _parameters(draft: Draft) -> tuple[NamedValue, ...]:
    found = {HAZARD_PARAMETER: draft.hazard or ""}
    if draft.drill is not None:
        found[AUDIENCE] = draft.drill.audience
    if draft.drill is not None and draft.drill.audible:
        found[SOUND] = AUDIBLE
    return tuple(NamedValue(value_name=name, value=value) for name, value in found.items())


def _said(draft: Draft, event: Mapping[str, str]) -> Mapping[str, Words]:
    """The words by language. What the source itself says stands in its own language alone.

    Readers of another get it marked as the original, rather than a text that says less.
    """
    if draft.says is None:
        return draft.words
    prepared = draft.words_in(draft.says_in)
    if prepared is None:
        name = event.get(draft.says_in) or event["en"]
        return {draft.says_in: Words(event=name, description=draft.says)}
    return {draft.says_in: prepared.model_copy(update={"description": draft.says})}


def _area(place: Place, language: str) -> Area:
    code = NamedValue(value_name=_SCHEMES[place.level], value=place.id)
    return Area(area_desc=place.name(language), geocode=(code,))


def expires_soon(draft: Draft, now: datetime) -> bool:
    """Whether its time is over, or will be before anybody has read it."""
    return draft.ends is not None and draft.ends <= now + timedelta(minutes=1)


class DraftState(StrEnum):
    """Where a draft stands; only an open one changes."""

    OPEN = "open"
    SUBMITTED = "submitted"  # its advisory is fixed, and on its way to the queue
    QUEUED = "queued"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Hand:
    """Who changes a draft, and what they do to it, in a word."""

    id: int
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as stored. ``hand`` is who changed it last; ``payload`` the advisory it became."""

    id: str
    version: int
    state: DraftState
    draft: Draft
    author: Hand
    hand: Hand
    changed: datetime
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Focus:
    """What an operator's next text is about: ``field`` of ``about``, shown in ``message_id``."""

    about: str
    field: str
    message_id: int
