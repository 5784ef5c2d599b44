"""CAP's references: which earlier messages a message speaks of."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.domain import cap_text


class Reference(BaseModel):
    """An earlier message, `sender,identifier,sent` (CAP 1.2, 3.2.1 references).

    Published references are often broken: what cannot be read stays in `raw`, with `sent` None
    where only the time is wrong and everything else empty where it is no triple at all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sender: str = ""
    identifier: str = ""
    sent: Annotated[datetime | None, BeforeValidator(cap_text.time)] = None
    raw: str = ""

    @classmethod
    def read(cls, text: str) -> "Reference":
        """The reference that one text stands for; never an error."""
        parts = [part.strip() for part in text.split(",")]
        if len(parts) != 3 or not all(parts[:2]):
            return cls(raw=text)
        try:
            return cls(sender=parts[0], identifier=parts[1], sent=parts[2])
        except ValueError:
            return cls(sender=parts[0], identifier=parts[1], raw=text)

    def written(self) -> str:
        """CAP's triple, or the text as it came."""
        if self.raw or self.sent is None:
            return self.raw or f"{self.sender},{self.identifier},"
        return f"{self.sender},{self.identifier},{cap_text.time_text(self.sent)}"


def read_references(value: object) -> object:
    """The references element, one text or an array of texts, as a tuple of `Reference`."""
    if not isinstance(value, str | list):
        return () if value is None else value
    found: list[object] = []
    for item in value if isinstance(value, list) else [value]:
        found.extend(_triples(item) if isinstance(item, str) else [item])
    return tuple(found)


def _triples(text: str) -> list[Reference]:
    """Triples at white space; a sender with a space in it (seen in NINA's feed) stays whole."""
    cap_text.one(text)
    found, pending, commas = [], [], 0
    for word in text.split():
        pending.append(word)
        commas += word.count(",")
        if commas >= 2 and not word.endswith(","):
            found.append(" ".join(pending))
            pending, commas = [], 0
    if pending:
        found.append(" ".join(pending))
    return [Reference.read(item) for item in found]
