"""One notice in one language, phrase by phrase: plain text, nothing escaped yet."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Final

from babel import Locale, UnknownLocaleError

from bot.content.texts import Texts
from bot.domain.advisory import Advisory, Certainty, Info, Status
from bot.domain.delivery import Lane
from bot.domain.guidance import GuidanceBook, HazardText, Stage
from bot.rendering.notice import OF_ORIGINAL, Mark, Notice, Purpose
from bot.rendering.text import clean, shorten, units
from bot.rendering.times import Times

PLACES_UNITS: Final = 40
"""Room for places in a headline, so that all of it fits into a notification."""

NAME_UNITS: Final = 100
"""Room for a name that comes from outside."""


class Words:
    """Phrases of ``notice`` for a reader of ``language`` (one that :class:`Texts` has)."""

    def __init__(self, texts: Texts, guidance: GuidanceBook, notice: Notice, language: str) -> None:
        self._texts = texts
        self._guidance = guidance
        self.notice = notice
        self.language = language
        self.times = Times(texts, language, notice.timezone)

    def say(self, key: str, /, **values: object) -> str:
        """The text of ``advisory.<key>``."""
        return self._texts.get(self.language, f"advisory.{key}", **values)

    @cached_property
    def subject(self) -> Advisory:
        """The advisory that says what, where and when: for what ends one, the one it ends."""
        notice = self.notice
        original = notice.original
        return original if notice.purpose in OF_ORIGINAL and original else notice.advisory

    @cached_property
    def info(self) -> Info | None:
        """The info of the subject for this reader."""
        return self.subject.info_for(self.language)

    @property
    def is_real(self) -> bool:
        """Status Actual, and sent as such; anything else is marked.

        What an update or a cancel refers to does not count: a real warning never takes the mark
        of a drill that it happens to name.
        """
        return self.notice.advisory.status is Status.ACTUAL and self.notice.lane is not Lane.DRILL

    @property
    def mark(self) -> str | None:
        """What stands at both ends of a text that is not real."""
        if self.is_real:
            return None
        status = self.notice.advisory.status
        return self.say(f"mark.{Status.EXERCISE if status is Status.ACTUAL else status}")

    @property
    def hazard(self) -> HazardText:
        """The threat in words."""
        return self._guidance.hazard_text(self.notice.hazard, self.language)

    @property
    def threat(self) -> str:
        """The threat, as possible unless the source has seen it."""
        is_seen = any(info.certainty is Certainty.OBSERVED for info in self.subject.info)
        return self.hazard.named if is_seen else self.hazard.possible

    @property
    def headline(self) -> str:
        """What to do, what, where and when, short enough for a notification."""
        notice = self.notice
        if notice.purpose in OF_ORIGINAL or notice.purpose in _TIME_IS_OVER:
            return self._ended_headline
        values = {"threat": self.threat, "place": self.places(PLACES_UNITS)}
        if notice.stage is Stage.TAKE_SHELTER:
            line = self.say("headline.now", action=self.hazard.act_now, **values)
        else:
            days = self.times.days(*self.subject.window)
            line = self.say(
                "headline", action=self.say(f"action.{notice.stage}"), days=days, **values
            )
        key = f"headline.{notice.purpose}"
        return self.say(key, headline=line) if self._has(key) else line

    @property
    def _ended_headline(self) -> str:
        action = self.say(f"action.{self.notice.purpose}")
        place = self.places(PLACES_UNITS)
        if self.subject.info:
            days = self.times.days(*self.subject.window)
            return self.say("headline", action=action, threat=self.threat, place=place, days=days)
        if place == self.say("place.unknown"):
            return self.say("headline.earlier.nowhere", action=action)
        return self.say("headline.earlier", action=action, place=place)

    @property
    def steps_heading(self) -> str:
        """What stands over the steps."""
        return self.say(f"steps.{self.notice.stage}" if self.is_real else "steps.drill")

    @property
    def standing(self) -> str:
        """What this message is, and what still makes people act: a siren, an announcement."""
        if self.notice.purpose in OF_ORIGINAL:
            return self._by_trigger("cancel")
        if self.notice.purpose in _TIME_IS_OVER:
            return self._by_trigger("ended")
        if not self.is_real:
            return self._by_trigger("drill")
        stage = self.notice.stage
        if stage is Stage.ENDED:
            return self._by_trigger(stage)
        return self._by_trigger(stage, severity=self.say(f"severity.{self.subject.max_severity}"))

    @property
    def reminder(self) -> str:
        """The same in a few words, for the end of a page."""
        return self._by_trigger("short")

    def _by_trigger(self, form: str, **values: object) -> str:
        return self.say(f"{self._guidance.trigger(self.notice.hazard)}.{form}", **values)

    def places(self, room: int) -> str:
        """As many places as fit into ``room`` UTF-16 units, and how many more."""
        names = [place.name(self.language) for place in self.notice.places] or self._described()
        return self._listed(names, room)

    def _listed(self, names: list[str], room: int) -> str:
        if not names:
            return self.say("place.unknown")
        shown = shorten(names[0], room)
        for count in range(2, len(names) + 1):
            longer = ", ".join(names[:count])
            if units(longer) > room:
                return self._texts.plural(
                    self.language,
                    "advisory.place.more",
                    len(names) - count + 1,
                    names=shown,
                )
            shown = longer
        return shown

    def _described(self) -> list[str]:
        areas = self.info.area if self.info else ()
        described = (_name(area.area_desc) for area in areas)
        return [shorten(text, PLACES_UNITS) for text in described if text]

    @property
    def source(self) -> str:
        """Who says so, what it is, and whether that is known."""
        kind = self.notice.source_kind
        key = "source" if self.notice.verified else "source.unverified"
        shown = self.say(f"kind.{kind}") if self._has(f"kind.{kind}") else _name(kind)
        return self.say(key, name=self.source_name, kind=shown)

    @property
    def source_name(self) -> str:
        """The source's name on one line, in the reader's language if it gives one."""
        own = next((info for info in self.subject.info if self.speaks(info.language)), None)
        return _name((own and own.sender_name) or self.notice.source_name)

    @property
    def posture(self) -> str | None:
        """What an embassy does itself, in a word that is known; nothing once withdrawn."""
        if self.notice.purpose in OF_ORIGINAL or self.notice.purpose in _TIME_IS_OVER:
            return None
        value = (self.subject.parameter("embassyPosture") or "").strip().lower()
        return self.say(f"posture.{value}") if self._has(f"posture.{value}") else None

    @property
    def window(self) -> str | None:
        """When it is expected and how sure the source is; None where it does not say."""
        if self.info is None:
            return None
        start, end = self.subject.starts(self.info), self.subject.window[1]
        window = self.times.window(start, end)
        if not self.is_real:
            return self.say("window.drill", window=window)
        said = [self.say("window", window=window)]
        if self._has(f"certainty.{self.info.certainty}"):
            said.append(self.say(f"certainty.{self.info.certainty}"))
        return " ".join(said)

    @property
    def issued(self) -> str:
        """When it was issued and until when it is valid, with the year."""
        expires = self.subject.window[1]
        values: dict[str, object] = {
            "issued": self.times.dated(self.notice.advisory.sent),
            "zone": self.times.zone,
        }
        if (
            expires is None
            and self.notice.ends is not None
            and self.subject is self.notice.advisory
        ):
            return self.say("issued.lapses", ends=self.times.dated(self.notice.ends), **values)
        if expires is None:
            return self.say("issued", **values)
        return self.say("issued.until", expires=self.times.dated(expires), **values)

    @property
    def dates(self) -> tuple[str, ...]:
        """When it was issued, and until when what it speaks of is valid."""
        if self.notice.purpose not in OF_ORIGINAL:
            return (self.issued,)
        return tuple(filter(None, (self.validity, self.withdrawn_at)))

    @property
    def expires(self) -> datetime | None:
        """The last expiry that the subject gives."""
        return self.subject.window[1]

    @property
    def replaced(self) -> str | None:
        """What an update replaces."""
        if self.notice.purpose not in _REPLACES:
            return None
        code = self.notice.original_code
        if self.notice.purpose is Purpose.CORRECTION and code:
            return self.say("corrects", code=code)
        return self.say("replaces", code=code) if code else self.say("replaces.earlier")

    @property
    def withdrawn(self) -> str:
        """What a cancel or an all-clear ends, and whose that was."""
        original, code = self.notice.original, self.notice.original_code
        if original is None or code is None:
            return self.say(f"{self.notice.purpose}.by.earlier", name=self.source_name)
        return self.say(
            f"{self.notice.purpose}.by",
            name=self.source_name,
            code=code,
            issued=self.times.dated(original.sent),
            zone=self.times.zone,
        )

    @property
    def withdrawn_at(self) -> str:
        """When a cancel or an all-clear was issued."""
        sent = self.notice.advisory.sent
        key = f"{self.notice.purpose}.at"
        return self.say(key, time=self.times.dated(sent), zone=self.times.zone)

    @property
    def meaning(self) -> str:
        """What it means for the reader that a warning was ended, eased or moved elsewhere."""
        left = self._listed([place.name(self.language) for place in self.notice.left_places], 120)
        return self.say(f"{self.notice.purpose}.meaning", places=left)

    @property
    def validity(self) -> str | None:
        """Until when the warning was valid that a message speaks of, if that said so."""
        expires = self.subject.window[1]
        if self.notice.original is None or expires is None:
            return None
        return self.say("validity", expires=self.times.dated(expires), zone=self.times.zone)

    @property
    def over(self) -> str:
        """When the time of an advisory ended, and that nobody gave the all-clear."""
        ends = self.notice.ends or self.subject.window[1] or self.notice.advisory.sent
        key = f"{self.notice.purpose}.meaning"
        return self.say(key, time=self.times.moment(ends), zone=self.times.zone)

    @property
    def opens(self) -> str:
        """When the window opens."""
        opens = self.notice.opens or self.subject.window[0]
        return self.say("reminder.opens", time=self.times.moment(opens), zone=self.times.zone)

    @property
    def late(self) -> str | None:
        """That a message comes later than it was due."""
        due = self.notice.late_for
        if due is None:
            return None
        return self.say("late", time=self.times.moment(due), zone=self.times.zone)

    @property
    def no_longer(self) -> str | None:
        """What stands over a message that is no longer live."""
        mark = self.notice.mark
        if mark is None:
            return None
        reason = f".{self.notice.ended_as}" if mark is Mark.ENDED and self.notice.ended_as else ""
        return self.say(f"mark.{mark}{reason}")

    def language_name(self, tag: str) -> str:
        """The name of a language tag in the reader's language; the tag itself if it has none."""
        try:
            locale = Locale.parse(tag, sep="-")
            name = locale.get_language_name(self._texts.locale(self.language))
        except (UnknownLocaleError, ValueError):
            name = None
        return name or _name(tag)

    def speaks(self, tag: str) -> bool:
        """Whether a language tag is of the reader's language, whatever its region."""
        return tag.partition("-")[0].lower() == self.language.partition("-")[0].lower()

    def _has(self, key: str) -> bool:
        return self._texts.has(f"advisory.{key}")


_TIME_IS_OVER = frozenset({Purpose.PASSED, Purpose.EXPIRED})
_REPLACES = frozenset({Purpose.UPDATE, Purpose.EXTENDED, Purpose.CORRECTION})


def _name(text: str) -> str:
    # Cut before cleaning: a megabyte may come as a name.
    return shorten(clean(text[: 10 * NAME_UNITS], one_line=True), NAME_UNITS)
