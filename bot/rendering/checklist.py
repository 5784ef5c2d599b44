"""Checklists in words: what a household needs, how much of it, and by whose guidance."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from bot.content.texts import Texts
from bot.domain.checklist import Amount, Entry, Member, Unit
from bot.domain.guidance import GuidanceBook
from bot.domain.message import Message
from bot.domain.subscriber import Household
from bot.rendering.text import escape

ONE_ADULT = Household()


class Checklists:
    """The lists of one book of guidance."""

    def __init__(self, texts: Texts, guidance: GuidanceBook) -> None:
        self._texts = texts
        self._guidance = guidance

    def message(self, household: Household, language: str, days: int, profile: str) -> Message:
        """Everything a household needs for ``days`` (or the profile's, if more), silently."""
        lines = self.lines(household, language, days, profile)
        return Message("\n".join(lines), silent=True)

    def lines(
        self, household: Household, language: str, days: int, profile: str
    ) -> tuple[str, ...]:
        """HTML lines: heading, every list with its items, and the sources of the amounts."""
        language = self._texts.closest(language)
        entries = self._guidance.checklist_for(household, days, profile)
        lines = [self._heading(household, language, days, profile)]
        for category, group in groupby(entries, key=lambda entry: entry.item.category):
            heading = self._texts.get(language, f"checklist.category.{category}")
            lines += ["", f"<b>{escape(heading)}</b>"]
            lines += [self._line(entry, language) for entry in group]
        return (*lines, "", *self._basis(entries, household, language))

    def brief_lines(
        self, household: Household, language: str, days: int, profile: str
    ) -> tuple[str, ...]:
        """HTML lines with water, food and medicines only, as a warning carries them."""
        language = self._texts.closest(language)
        entries = self._guidance.checklist_for(household, days, profile)
        brief = tuple(entry for entry in entries if entry.item.brief)
        lines = [self._line(entry, language) for entry in brief]
        heading = self._heading(household, language, days, profile)
        return (heading, *lines, *self._basis(brief, household, language))

    def item(self, entry: Entry, language: str) -> str:
        """One item in plain words, with its amount: "Drinking water: 9 litres (3 litres a day)"."""
        return self._plain(entry, self._texts.closest(language)).removeprefix("• ")

    def household(self, household: Household, language: str) -> str:
        """Who belongs to it, in plain words that follow "for"."""
        language = self._texts.closest(language)
        counts = ((member, getattr(household, member.value)) for member in Member)
        named = [
            self._texts.plural(language, f"checklist.{member}", n) for member, n in counts if n
        ]
        if not named:
            named = [self._texts.plural(language, "checklist.adults", 1)]
        return format_list(named, locale=self._texts.locale(language))

    def _heading(self, household: Household, language: str, days: int, profile: str) -> str:
        least = max(days, self._guidance.profiles[profile].min_days)
        text = self._texts.get(
            language,
            "checklist.heading",
            household=self.household(household, language),
            days=self._texts.plural(language, "checklist.days", least),
        )
        return f"<b>{escape(text)}</b>"

    def _line(self, entry: Entry, language: str) -> str:
        return escape(self._plain(entry, language))

    def _plain(self, entry: Entry, language: str) -> str:
        item = entry.item.text[language]
        if entry.amount is None:
            return self._texts.get(language, "checklist.item", item=item)
        amount = self._amount(entry.amount, language)
        return self._texts.get(language, "checklist.item.amount", item=item, amount=amount)

    def _amount(self, amount: Amount, language: str) -> str:
        if amount.unit is Unit.DAY:
            days = self._texts.plural(language, "checklist.days", amount.days)
            if amount.heads == 1:
                return days
            key = "checklist.animals" if amount.is_for_pets else "checklist.people"
            return f"{days} {self._texts.plural(language, key, amount.heads)}"
        key = "checklist.litres.one" if amount.heads == 1 else "checklist.litres.each"
        return self._texts.get(
            language,
            key,
            total=self._litres(amount.low, amount.high, language),
            daily=self._litres(amount.daily_low, amount.daily_high, language),
        )

    def _litres(self, low: float, high: float | None, language: str) -> str:
        locale = self._texts.locale(language)
        upper = format_unit(_tenths(high or low), "volume-liter", length="long", locale=locale)
        if high is None:
            return upper
        lower = format_decimal(_tenths(low), locale=locale)
        return self._texts.get(language, "checklist.range", low=lower, high=upper)

    def _basis(
        self, entries: Iterable[Entry], household: Household, language: str
    ) -> tuple[str, ...]:
        # The first source of an item is the one its amount comes from.
        keys = dict.fromkeys(entry.sources[0] for entry in entries if entry.amount)
        names = "; ".join(self._guidance.sources[key].name[language] for key in keys)
        lines = [escape(self._texts.get(language, "checklist.basis", sources=names))]
        if household.children or household.infants:
            lines.append(escape(self._texts.get(language, "checklist.children_count")))
        return tuple(lines)


def _tenths(number: float) -> float:
    rounded = round(number, 1)
    return int(rounded) if rounded == int(rounded) else rounded
