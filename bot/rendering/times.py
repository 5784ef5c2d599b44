"""Times in words: in the zone of the place a warning is about, in the reader's language.

A place's time is plain text. ``<tg-time>`` (Bot API 9.5) is shown by Telegram in the reader's own
zone, so its text inside names the place's zone and nothing after it may.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime, get_timezone_location

from bot.content.texts import Texts
from bot.rendering.text import escape


class Times:
    """Times of one place in one language. ``timezone`` is an IANA name; an unknown one is UTC."""

    def __init__(self, texts: Texts, language: str, timezone: str) -> None:
        self._texts = texts
        self._language = language
        self._locale = texts.locale(language)
        try:
            self._zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            self._zone = ZoneInfo("UTC")

    @property
    def zone(self) -> str:
        """The zone in words: "Kyiv time", «за київським часом»."""
        key = f"zone.{self._zone.key}"
        if self._texts.has(key):
            return self._texts.get(self._language, key)
        city = get_timezone_location(self._zone, locale=self._locale, return_city=True)
        return self._texts.get(self._language, "zone.other", city=city)

    def day(self, at: datetime) -> str:
        """A short day for a headline: "Wed 20 Nov"."""
        return self._format(at, "day")

    def moment(self, at: datetime) -> str:
        """Day and time without a year: "Wed 20 Nov, 00:00"."""
        return self._moment(at, "day")

    def dated(self, at: datetime) -> str:
        """Day and time with the year, for what may be read much later: "Wed 20 Nov 2024, 00:00"."""
        return self._moment(at, "dated")

    def days(self, start: datetime, end: datetime | None) -> str:
        """The days of a window for a headline; one that ends at midnight ends the day before."""
        first = self.day(start)
        if end is None or end <= start:
            return first
        last = self.day(end - timedelta(seconds=1))
        return first if first == last else f"{first} – {last}"

    def window(self, start: datetime, end: datetime | None) -> str:
        """From when to when, with the zone in words."""
        if end is None:
            key, values = "time.from", {"start": self.moment(start)}
        else:
            key, values = "time.window", {"start": self.moment(start), "end": self.moment(end)}
        return self._texts.get(self._language, key, zone=self.zone, **values)

    def by_phone(self, at: datetime) -> str:
        """HTML: the instant in the reader's own zone where Telegram can, else the place's."""
        shown = self._texts.get(
            self._language, "time.in_zone", time=self.moment(at), zone=self.zone
        )
        return f'<tg-time unix="{int(at.timestamp())}" format="wdt">{escape(shown)}</tg-time>'

    def _moment(self, at: datetime, pattern: str) -> str:
        offset = self._offset(at)
        values = {"day": self._format(at, pattern), "clock": f"{self._format(at, 'clock')}{offset}"}
        return self._texts.get(self._language, "time.moment", **values)

    def _offset(self, at: datetime) -> str:
        """The offset from UTC, in the hour that clocks show twice when summer time ends."""
        local = at.astimezone(self._zone)
        here, other = local.utcoffset(), local.replace(fold=1 - local.fold).utcoffset()
        if here is None or here == other:
            return ""
        hours, minutes = divmod(abs(here) // timedelta(minutes=1), 60)
        sign = "-" if here < timedelta(0) else "+"
        return f" (UTC{sign}{hours}{f':{minutes:02}' if minutes else ''})"

    def _format(self, at: datetime, name: str) -> str:
        pattern = self._texts.get(self._language, f"time.pattern.{name}")
        return format_datetime(at.astimezone(self._zone), pattern, locale=self._locale)
