"""What operators read of a broadcast: a live message, a report, and the list of them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from bot.content.texts import Texts
from bot.domain.delivery import Cause, End
from bot.domain.life import LEFT, OPENED, PASSED, STILL
from bot.domain.message import Button, Message
from bot.domain.paid import TENTHS, Mode
from bot.domain.progress import Account, Phase, Progress, Unreached, unreached
from bot.rendering.text import clean, escape, shorten
from bot.rendering.times import Times

BAR_CELLS = 20
_FULL, _EMPTY = "▓", "░"
_HEADLINE, _SHORT = 160, 80
_NAME = 64
_DEEDS = 12
"""What people did, in a message; the file has all of it."""

_PARTS = {OPENED: "open", PASSED: "passed", LEFT: "left", STILL: "still"}
_REMIND = "remind"
_UNITS = ((3600.0, "hour"), (60.0, "minute"), (0.0, "second"))
_LEFT = (End.SUPPRESSED, None)


@dataclass(frozen=True, slots=True)
class ProgressTexts:
    """Each in the language of who reads. ``timezone`` is that of the bot's largest city."""

    texts: Texts
    timezone: str

    def live(self, language: str, account: Account) -> Message:
        """How far it is, to be edited in place; without a sound."""
        found = account.progress
        parts = (
            self._head(language, account),
            "\n".join(self._state(language, found)),
            "\n".join(self._circumstances(language, found)),
        )
        return Message(_paragraphs(*parts), silent=True)

    def report(self, language: str, account: Account, *, listed: bool = False) -> Message:
        """How it ended, or stands, with the table of it a tap away; `listed` leads back."""
        found = account.progress
        parts = (
            self._head(language, account),
            "" if found.is_over else "\n".join(self._state(language, found)),
            "\n".join(self._counts(language, found)),
            "\n".join(self._course(language, account)),
            "\n".join(self._circumstances(language, found)),
            "\n".join(self._deeds(language, account)),
            self._html(language, "not_read"),
        )
        buttons = [Button("CSV", data=f"pg:csv:{account.id}")]
        if listed:
            buttons.append(Button(self._text(language, "button.back"), data="pg:list"))
        return Message(_paragraphs(*parts), (tuple(buttons),), silent=True)

    def listing(
        self, language: str, running: Sequence[Account], ended: Sequence[Account]
    ) -> Message:
        """All that are being sent, and those that ended last, each with a button to its report."""
        parts = []
        for key, accounts in (("running", running), ("ended", ended)):
            if accounts:
                lines = [self._line(language, one) for one in accounts]
                title = f"<b>{self._html(language, f'list.{key}')}</b>"
                parts.append("\n\n".join((title, *lines)))
        rows = [
            (Button(self._label(language, one), data=f"pg:see:{one.id}"),)
            for one in (*running, *ended)
        ]
        return Message(_paragraphs(*parts) or self._html(language, "list.none"), tuple(rows))

    def caption(self, language: str, account: Account) -> str:
        """What stands under the table."""
        return self._html(language, "caption", code=account.code)

    def say(self, language: str, key: str) -> str:
        """A plain text of this room."""
        return self._text(language, key)

    def _head(self, language: str, account: Account, limit: int = _HEADLINE) -> str:
        title = self._text(language, f"title.{account.progress.phase}", code=account.code)
        if account.advisory is not None and account.advisory.is_drill:
            title = self._text(language, "drill", title=title)
        headline = shorten(self._headline(language, account), limit)
        about = filter(None, (headline, self._part(language, account)))
        return "\n".join((f"<b>{escape(title)}</b>", *map(escape, about)))

    def _headline(self, language: str, account: Account) -> str:
        if account.advisory is None:
            return ""
        info = account.advisory.info_for(self._spoken(language))
        said = (info.headline or info.event) if info else account.advisory.msg_type.value
        return clean(said, one_line=True)

    def _part(self, language: str, account: Account) -> str:
        name = account.id.partition("-")[2]
        if name.startswith(_REMIND):
            return self._text(language, "part.remind", minutes=name.removeprefix(_REMIND))
        return self._text(language, f"part.{_PARTS[name]}") if name in _PARTS else name

    def _state(self, language: str, found: Progress) -> Iterator[str]:
        full = found.cells(BAR_CELLS)
        percent = format_percent(int(found.share * 100) / 100, locale=self._locale(language))
        yield f"{_FULL * full}{_EMPTY * (BAR_CELLS - full)} {percent}"
        yield self._sent(language, found)
        if missed := found.broadcast.counts.get(End.UNREACHABLE, 0):
            yield self._html(language, "unreachable", n=self._number(language, missed))
        if found.rests_s > 0:
            yield self._html(language, "rests", time=self._duration(language, found.rests_s))
        yield escape(self._speed(language, found))

    def _sent(self, language: str, found: Progress) -> str:
        sent, total = (self._number(language, n) for n in (found.sent, found.total))
        return self._html(
            language, "sent" if found.is_exact else "sent_about", sent=sent, total=total
        )

    def _speed(self, language: str, found: Progress) -> str:
        said = []
        if found.rate_per_s is not None:
            rate = format_decimal(round(found.rate_per_s, 1), locale=self._locale(language))
            said.append(self._text(language, "mean" if found.is_over else "rate", rate=rate))
        if found.left_s is not None:
            said.append(self._text(language, "left", time=self._duration(language, found.left_s)))
        elif found.phase is Phase.SENDING:
            said.append(self._text(language, "left_unknown"))
        return ", ".join(said)

    def _circumstances(self, language: str, found: Progress) -> Iterator[str]:
        lane = self._text(language, f"lane.{found.broadcast.lane.name.lower()}")
        yield self._html(language, "lane", lane=lane)
        measures, paid = found.measures, found.payment
        key = "floods" if measures.paused_ms else "floods_chats" if measures.floods else "no_floods"
        floods = self._number(language, measures.floods)
        rested = self._duration(language, measures.paused_ms / 1000)
        yield self._html(language, key, n=floods, time=rested)
        stars = format_decimal(paid.spent / TENTHS, locale=self._locale(language))
        mode = "paid" if paid.mode is Mode.PAID else f"free.{paid.reason}"
        yield self._html(language, mode, stars=stars)

    def _counts(self, language: str, found: Progress) -> Iterator[str]:
        key = "audience" if found.is_exact else "audience_about"
        yield self._html(language, key, total=self._number(language, found.total))
        sent = self._text(language, "end.sent", n=self._number(language, found.sent))
        yield escape(f"• {sent}")
        for row in unreached(found.broadcast, found.measures):
            yield escape(f"• {self._unreached(language, row)}")
        if not found.is_over:
            return
        if found.broadcast.adds_up:
            yield self._html(language, "adds_up")
        else:
            ended, total = (self._number(language, n) for n in (found.done, found.total))
            yield self._html(language, "mismatch", done=ended, total=total)

    def _unreached(self, language: str, row: Unreached) -> str:
        said = self._text(language, f"end.{row.end}", n=self._number(language, row.chats))
        causes = ", ".join(
            f"{self._cause(language, row.end, cause)} {self._number(language, n)}"
            for cause, n in row.causes
        )
        return f"{said} ({causes})" if causes else said

    def _cause(self, language: str, end: End, cause: Cause | None) -> str:
        other = "left" if (end, cause) == _LEFT else "other"
        return self._text(language, f"cause.{cause or other}")

    def _course(self, language: str, account: Account) -> Iterator[str]:
        accepted, broadcast = account.progress.measures.accepted, account.progress.broadcast
        half, most = accepted.percentile(0.5), accepted.percentile(0.95)
        if half is not None and most is not None and accepted.last_ms is not None:
            shown = [self._duration(language, ms / 1000) for ms in (half, most, accepted.last_ms)]
            yield self._html(language, "accepted", half=shown[0], most=shown[1], last=shown[2])
        if account.progress.is_over and (speed := self._speed(language, account.progress)):
            yield escape(speed)
        received = account.record.received if account.record is not None else None
        moments = {"received": received, "began": broadcast.started, "ended": broadcast.ended}
        for key, moment in moments.items():
            if moment is not None:
                at, zone = self._clock(language, moment), self._times(language).zone
                yield self._html(language, key, time=at, zone=zone)

    def _deeds(self, language: str, account: Account) -> Iterator[str]:
        if not account.deeds:
            yield self._html(language, "no_deeds")
            return
        yield self._html(language, "deeds")
        for entry in account.deeds[-_DEEDS:]:
            facts = entry.facts
            name = shorten(clean(str(facts["name"] or facts["who"]), one_line=True), _NAME)
            at = self._clock(language, datetime.fromisoformat(facts["at"]))
            yield escape(f"• {at}, {name}: {self._what(language, str(facts['what']))}")

    def _what(self, language: str, what: str) -> str:
        key = f"operator.done.{what}"
        return self.texts.get(self._spoken(language), key) if self.texts.has(key) else what

    def _line(self, language: str, account: Account) -> str:
        found = account.progress
        said = (self._sent(language, found), escape(self._speed(language, found)))
        return "\n".join((self._head(language, account, _SHORT), ", ".join(filter(None, said))))

    def _label(self, language: str, account: Account) -> str:
        part = self._part(language, account)
        report = self._text(language, "button.report", code=account.code)
        return shorten(f"{report} ({part})" if part else report, 60)

    def _duration(self, language: str, seconds: float) -> str:
        """In the largest unit that it has two of, and tenths below ten seconds."""
        size, unit = next(one for one in _UNITS if seconds >= 2 * one[0])
        number = round(seconds / size) if size else round(seconds, 1 if seconds < 10 else None)
        return format_unit(
            number, f"duration-{unit}", length="short", locale=self._locale(language)
        )

    def _clock(self, language: str, moment: datetime) -> str:
        return f"{self._times(language).dated(moment)}:{moment.second:02}"

    def _times(self, language: str) -> Times:
        return Times(self.texts, self._spoken(language), self.timezone)

    def _number(self, language: str, n: int) -> str:
        return format_decimal(n, locale=self._locale(language))

    def _locale(self, language: str) -> Locale:
        return self.texts.locale(self._spoken(language))

    def _spoken(self, language: str) -> str:
        return self.texts.covering(language, "progress.adds_up")

    def _text(self, language: str, key: str, **values: object) -> str:
        return self.texts.get(self._spoken(language), f"progress.{key}", **values)

    def _html(self, language: str, key: str, **values: object) -> str:
        return escape(self._text(language, key, **values))


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
