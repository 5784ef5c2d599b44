"""The checklist as one message: what is there, what is lacking, and a button for each item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from bot.content.texts import Texts
from bot.domain.checklist import ChecklistCategory, Entry, Joining, Progress, TickList
from bot.domain.gazetteer import Gazetteer
from bot.domain.guidance import GuidanceBook
from bot.domain.message import Button, Keyboard, Message
from bot.domain.subscriber import Chat, Kind
from bot.rendering.checklist import ONE_ADULT, Checklists
from bot.rendering.text import escape, shorten

BAR_CELLS = 10
_BUTTON_LIMIT = 40
_FULL, _EMPTY = "▓", "░"


@dataclass(frozen=True, slots=True)
class ListView:
    """A list as one chat sees it. `owner` is whose household and places it is reckoned for."""

    ticks: TickList
    owner: Chat
    kind: Kind


class TickLists:
    """`profile` is a national guidance for everybody; None takes that of each chat's country."""

    def __init__(
        self,
        texts: Texts,
        guidance: GuidanceBook,
        gazetteer: Gazetteer,
        *,
        days: int,
        profile: str | None,
    ) -> None:
        self._texts = texts
        self._guidance = guidance
        self._gazetteer = gazetteer
        self._checklists = Checklists(texts, guidance)
        self._days = days
        self._profile = profile

    def profile_of(self, chat: Chat) -> str:
        """The guidance that a chat's amounts follow: its first place's country decides."""
        places = (self._gazetteer.get(id) for id in chat.places)
        country = next((place.country for place in places if place), None)
        return self._profile or self._guidance.profile_of(country)

    def entries(self, view: ListView) -> tuple[Entry, ...]:
        """What the list holds; a group's is for one adult."""
        household = view.owner.household or ONE_ADULT
        return self._guidance.checklist_for(household, self._days, self.profile_of(view.owner))

    def category_of(self, item: str) -> ChecklistCategory | None:
        """Where an item stands; None for one that an older version knew."""
        found = (one.category for one in self._guidance.checklist if one.key == item)
        return next(found, None)

    def overview(self, language: str, view: ListView, note: str = "") -> Message:
        """Every list with what is there and what is lacking. `note` is plain text."""
        language = self._texts.closest(language)
        entries = self.entries(view)
        lines = [escape(note), ""] if note else []
        lines += [self._title(language, view), self._bar(language, entries, view), ""]
        for category, group in groupby(entries, key=lambda entry: entry.item.category):
            lines.append(f"<b>{escape(self._name(language, category))}</b>")
            lines += [self._short(language, entry, view) for entry in group]
        lines += ["", *self._footing(language, entries, view)]
        return Message("\n".join(lines), self._menu(language, entries, view), silent=True)

    def page(self, language: str, view: ListView, category: ChecklistCategory) -> Message:
        """One list with how its amounts were reckoned and by whose guidance, ticked in place."""
        language = self._texts.closest(language)
        entries = self.entries(view)
        mine = [entry for entry in entries if entry.item.category is category]
        head = self._counted(language, category, entries, view)
        lines = [f"<b>{escape(head)}</b>"]
        for entry in mine:
            lines += ["", *self._full(language, entry, view)]
        if any(entry.amount is None for entry in mine):
            lines += ["", escape(self._say(language, "no_figure"))]
        lines += ["", self._bar(language, entries, view)]
        rows = [(self._tick(language, entry, view),) for entry in mine]
        return Message("\n".join(lines), (*rows, self._ways(language, entries, category)))

    def saved(self, language: str, view: ListView) -> str:
        """A word on the button that was pressed: the message itself may come later."""
        progress = Progress.of(self.entries(view), view.ticks.ticked)
        return self._say(language, "saved", done=progress.done, total=progress.total)

    def joining(self, language: str, joined: Joining) -> str:
        """What became of a link that was opened."""
        return self._say(language, f"joining.{joined}")

    def text(self, language: str, key: str) -> str:
        """A plain text of `chat.list`."""
        return self._say(language, key)

    def link(self, language: str, url: str) -> Message:
        """The link to a list, with what whoever opens it will see."""
        text = quote(self._say(language, "invitation"), safe="")
        send = f"https://t.me/share/url?url={quote(url, safe='')}&text={text}"
        return Message(
            escape(self._say(language, "link", link=url)),
            (
                (Button(self._say(language, "send"), url=send),),
                (Button(self._say(language, "stop"), data="list:stop"),),
            ),
        )

    def _say(self, language: str, key: str, /, **values: object) -> str:
        return self._texts.get(language, f"chat.list.{key}", **values)

    def _name(self, language: str, category: ChecklistCategory) -> str:
        return self._texts.get(language, f"checklist.category.{category}")

    def _title(self, language: str, view: ListView) -> str:
        household = view.owner.household or ONE_ADULT
        profile = self.profile_of(view.owner)
        return self._checklists.heading(household, language, self._days, profile)

    def _bar(self, language: str, entries: Iterable[Entry], view: ListView) -> str:
        progress = Progress.of(entries, view.ticks.ticked)
        full = progress.cells(BAR_CELLS)
        bar = _FULL * full + _EMPTY * (BAR_CELLS - full)
        values = {"done": progress.done, "total": progress.total, "bar": bar}
        return escape(self._say(language, "progress", **values))

    def _counted(
        self, language: str, category: ChecklistCategory, entries: Iterable[Entry], view: ListView
    ) -> str:
        mine = [entry for entry in entries if entry.item.category is category]
        progress = Progress.of(mine, view.ticks.ticked)
        name = self._name(language, category)
        return self._say(language, "category", name=name, done=progress.done, total=progress.total)

    def _marked(self, language: str, text: str, entry: Entry, view: ListView) -> str:
        # The mark is also a word: no sign is the only signal.
        key = "have" if entry.item.key in view.ticks.ticked else "lack"
        return self._say(language, key, item=text)

    def _short(self, language: str, entry: Entry, view: ListView) -> str:
        text = entry.item.text[language]
        if entry.amount is not None:
            amount = self._checklists.amount(entry.amount, language)
            text = self._say(language, "item", item=text, amount=amount)
        return escape(self._marked(language, text, entry, view))

    def _full(self, language: str, entry: Entry, view: ListView) -> Iterable[str]:
        yield escape(self._marked(language, entry.item.text[language], entry, view))
        if entry.amount is not None:
            yield escape(self._checklists.reckoning(entry.amount, language))
        # The first source of an item is the one its amount comes from.
        yield escape(self._guidance.sources[entry.sources[0]].name[language])

    def _footing(self, language: str, entries: Sequence[Entry], view: ListView) -> Iterable[str]:
        name = self._guidance.profiles[self.profile_of(view.owner)].name[language]
        yield escape(self._say(language, "follows", profile=name))
        if any(entry.amount is None for entry in entries):
            yield escape(self._say(language, "no_figure"))
        if view.owner.household and (view.owner.household.children or view.owner.household.infants):
            yield escape(self._texts.get(language, "checklist.children_count"))
        if view.ticks.is_shared or view.ticks.is_joined:
            others = view.ticks.others
            text = self._texts.plural(language, "chat.list.shared", others)
            yield escape(text if others else self._say(language, "shared.nobody"))

    def _tick(self, language: str, entry: Entry, view: ListView) -> Button:
        done = entry.item.key in view.ticks.ticked
        room = _BUTTON_LIMIT - len(self._marked(language, "", entry, view))
        label = self._marked(language, shorten(entry.item.text[language], room), entry, view)
        return Button(label, data=f"tick:{entry.item.key}:{int(not done)}")

    def _ways(
        self, language: str, entries: Iterable[Entry], category: ChecklistCategory
    ) -> tuple[Button, ...]:
        shown = list(dict.fromkeys(entry.item.category for entry in entries))
        back = Button(self._say(language, "all"), data="list:all")
        if category not in shown:
            return (back,)
        after = shown[(shown.index(category) + 1) % len(shown)]
        name = self._say(language, "next", name=self._name(language, after))
        return (back, Button(shorten(name, _BUTTON_LIMIT), data=f"list:see:{after}"))

    def _menu(self, language: str, entries: Sequence[Entry], view: ListView) -> Keyboard:
        shown = dict.fromkeys(entry.item.category for entry in entries)
        buttons = [
            Button(
                shorten(self._counted(language, category, entries, view), _BUTTON_LIMIT),
                data=f"list:see:{category}",
            )
            for category in shown
        ]
        rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
        if view.kind is Kind.PRIVATE:
            rows.append(self._sharing(language, view.ticks))
        return tuple(rows)

    def _sharing(self, language: str, ticks: TickList) -> tuple[Button, ...]:
        if ticks.is_joined:
            return (Button(self._say(language, "leave"), data="list:leave"),)
        home = Button(self._say(language, "household"), data="home:open")
        return (home, Button(self._say(language, "share"), data="list:share"))
