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
_CLDR_UNITS = {Unit.LITRE: "volume-liter", Unit.KILOGRAM: "mass-kilogram"}


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
        lines = [self.heading(household, language, days, profile)]
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
        heading = self.heading(household, language, days, profile)
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

    def heading(self, household: Household, language: str, days: int, profile: str) -> str:
        """For whom and for how many days, as an HTML heading."""
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

    def amount(self, amount: Amount, language: str) -> str:
        """How much in all, in short: "18 litres", "30–36 litres", "3 days for 2 people"."""
        if amount.unit is not Unit.DAY:
            return self._measure(amount.unit, amount.low, amount.high, language)
        days = self._texts.plural(language, "checklist.days", amount.days)
        if amount.heads == 1:
            return days
        key = "checklist.animals" if amount.is_for_pets else "checklist.people"
        return f"{days} {self._texts.plural(language, key, amount.heads)}"

    def reckoning(self, amount: Amount, language: str) -> str:
        """How it was reckoned: "2 people × 3 litres × 3 days = 18 litres"."""
        key = "checklist.count.animals" if amount.is_for_pets else "checklist.count.people"
        heads = self._texts.plural(language, key, amount.heads)
        days = self._texts.plural(language, "checklist.count.days", amount.days)
        if amount.unit is Unit.DAY:
            return self._texts.get(language, "checklist.reckoned.days", heads=heads, days=days)
        each = self._measure(amount.unit, amount.each_low, amount.each_high, language)
        total = self._measure(amount.unit, amount.low, amount.high, language)
        if amount.per_days == 1:
            key, per = "checklist.reckoned", days
        else:
            key = "checklist.reckoned.per"
            per = self._texts.plural(language, "checklist.days", amount.per_days)
        return self._texts.get(
            language, key, heads=heads, each=each, days=days, per=per, total=total
        )

    def _amount(self, amount: Amount, language: str) -> str:
        total = self.amount(amount, language)
        if amount.unit is Unit.DAY or amount.per_days != 1:
            return total
        key = "checklist.litres.one" if amount.heads == 1 else "checklist.litres.each"
        daily = self._measure(amount.unit, amount.each_low, amount.each_high, language)
        return self._texts.get(language, key, total=total, daily=daily)

    def _measure(self, unit: Unit, low: float, high: float | None, language: str) -> str:
        locale = self._texts.locale(language)
        shown = _rounded(low if high is None else high)
        upper = format_unit(shown, _CLDR_UNITS[unit], length="long", locale=locale)
        if high is None:
            return upper
        lower = format_decimal(_rounded(low), locale=locale)
        return self._texts.get(language, "checklist.range", low=lower, high=upper)

    def _basis(
        self, entries: Iterable[Entry], household: Household, language: str
    ) -> tuple[str, ...]:
        # The first source of an item is the one its amount comes from.
        keys = dict.fromkeys(entry.sources[0] for entry in entries if entry.amount)
        names = " · ".join(self._guidance.sources[key].name[language] for key in keys)
        lines = [escape(self._texts.get(language, "checklist.basis", sources=names))]
        if household.children or household.infants:
            lines.append(escape(self._texts.get(language, "checklist.children_count")))
        return tuple(lines)


def _rounded(number: float) -> float:
    """A tenth is exact enough above one; a source's 0.357 kg stays what it is."""
    rounded = round(number, 1 if number >= 1 else 3)
    return int(rounded) if rounded == int(rounded) else rounded
