"""The household as one message: five questions, each answer a button, and what is known."""

from __future__ import annotations

from bot.content.texts import Texts
from bot.domain.guidance import GuidanceBook
from bot.domain.household import ANSWERS, QUESTIONS, Question, after, current
from bot.domain.message import Button, Keyboard, Message
from bot.domain.subscriber import Household
from bot.rendering.checklist import Checklists
from bot.rendering.privacy import needs_of
from bot.rendering.text import escape

_COLUMNS = {Question.YOUNG: 2, Question.PILLS: 1, Question.AID: 1}


class HouseholdMenu:
    """Nothing is asked that has to be answered: every question can be skipped."""

    def __init__(self, texts: Texts, guidance: GuidanceBook) -> None:
        self._texts = texts
        self._checklists = Checklists(texts, guidance)

    def ask(self, language: str, household: Household | None, question: Question) -> Message:
        """A question with its answers; the one that holds is marked."""
        number = QUESTIONS.index(question) + 1
        title = self._say(language, "question", number=number, total=len(QUESTIONS))
        lines = [
            f"<b>{escape(title)}</b>",
            escape(self._say(language, f"ask.{question}")),
            "",
            *self._known(language, household),
        ]
        return Message("\n".join(lines), self._answers(language, household, question))

    def summary(self, language: str, household: Household | None, note: str = "") -> Message:
        """What is known, with a button to change each of it. `note` is plain text."""
        lines = [escape(note), ""] if note else []
        lines += [f"<b>{escape(self._say(language, 'title'))}</b>"]
        lines += [*self._known(language, household), "", escape(self._say(language, "typed"))]
        buttons = [
            Button(self._say(language, f"change.{question}"), data=f"home:ask:{question}")
            for question in QUESTIONS
        ]
        rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
        last = [Button(self._say(language, "list"), data="list:open")]
        if household is not None:
            last.append(Button(self._say(language, "forget"), data="home:forget"))
        return Message("\n".join(lines), (*rows, tuple(last)))

    def text(self, language: str, key: str) -> str:
        """A plain text of `chat.home`."""
        return self._say(language, key)

    def _say(self, language: str, key: str, /, **values: object) -> str:
        return self._texts.get(language, f"chat.home.{key}", **values)

    def _known(self, language: str, household: Household | None) -> list[str]:
        if household is None:
            return [escape(self._say(language, "unknown"))]
        who = self._checklists.household(household, language)
        lines = [self._say(language, "for", household=who)]
        if needs := needs_of(self._texts, language, household):
            lines.append(self._say(language, "needs", needs=needs))
        return [escape(line) for line in lines]

    def _answers(self, language: str, household: Household | None, question: Question) -> Keyboard:
        holds = current(household, question) if household is not None else None
        buttons = []
        for answer in ANSWERS[question]:
            label = self._label(language, question, answer)
            if answer == holds:
                label = self._say(language, "chosen", answer=label)
            buttons.append(Button(label, data=f"home:set:{question}:{answer}"))
        width = _COLUMNS.get(question, 4)
        rows = [tuple(buttons[at : at + width]) for at in range(0, len(buttons), width)]
        follows = after(question)
        skip = "home:done" if follows is None else f"home:ask:{follows}"
        ways = [Button(self._say(language, "skip"), data=skip)]
        if follows is not None:
            ways.append(Button(self._say(language, "done"), data="home:done"))
        return (*rows, tuple(ways))

    def _label(self, language: str, question: Question, answer: str) -> str:
        if question in (Question.PILLS, Question.AID):
            return self._say(language, f"{question}.{answer}")
        if question is not Question.YOUNG:
            return answer if answer != "0" else self._say(language, "nobody")
        children, infants = map(int, answer.split("-"))
        named = [("children", children), ("infants", infants)]
        words = [self._texts.plural(language, f"chat.home.{name}", n) for name, n in named if n]
        return ", ".join(words) or self._say(language, "nobody")
