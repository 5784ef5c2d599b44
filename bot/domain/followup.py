"""What ends a warning, prepared in advance: from the warning itself to the message that ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.domain.advisory import (
    Advisory,
    Category,
    Certainty,
    Info,
    MsgType,
    NamedValue,
    ResponseType,
    Severity,
    Urgency,
)
from bot.domain.change import ALL_CLEAR_SCOPE
from bot.domain.reference import Reference


class Finish(StrEnum):
    """How operators end a warning, by the letter that stands on its button."""

    MISTAKE = "m"  # it should never have been sent
    WITHDRAWN = "w"  # its source has taken it back
    CLEAR = "c"
    EASED = "e"  # one may leave shelter, and stays near it


DONE: Mapping[Finish, str] = MappingProxyType(
    {
        Finish.MISTAKE: "corrected",
        Finish.WITHDRAWN: "cancelled",
        Finish.CLEAR: "cleared",
        Finish.EASED: "eased",
    }
)
"""What the audit calls it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a prepared message says, by language: the threat's name, and the sentences."""

    event: Mapping[str, str]
    text: Mapping[str, str]


def reference(original: Advisory) -> Reference:
    """How a later message names it."""
    return Reference(sender=original.sender, identifier=original.identifier, sent=original.sent)


def finish_id(what: Finish, advisory_id: str) -> str:
    """One for each way to end each warning: of two operators at once one wins."""
    return f"{what}{advisory_id[:9]}"


def finish(what: Finish, original: Advisory, said: Said, sender: str, sent: datetime) -> Advisory:
    """The message that ends `original`. It has no area: it reaches whoever was told."""
    is_cancel = what in (Finish.MISTAKE, Finish.WITHDRAWN)
    return Advisory(
        identifier=finish_id(what, original.id),
        sender=sender,
        sent=sent.replace(microsecond=0),
        status=original.status,
        msg_type=MsgType.CANCEL if is_cancel else MsgType.UPDATE,
        scope=original.scope,
        references=(reference(original),),
        info=()
        # Nothing is known but that it was taken back: the bot's own words say that.
        if what is Finish.WITHDRAWN
        else tuple(_info(what, original, language, said) for language in said.text),
    )


def _info(what: Finish, original: Advisory, language: str, said: Said) -> Info:
    first = original.info[0] if original.info else None
    is_clear = what is not Finish.MISTAKE
    scope = (NamedValue(value_name=ALL_CLEAR_SCOPE, value="stay-near"),)
    return Info(
        language=language,
        category=first.category if first else (Category.SAFETY,),
        event=said.event.get(language) or said.event["en"],
        response_type=(ResponseType.ALL_CLEAR if is_clear else ResponseType.NONE,),
        urgency=Urgency.PAST,
        severity=Severity.MINOR,
        certainty=Certainty.OBSERVED if is_clear else Certainty.UNLIKELY,
        sender_name=first.sender_name if first else None,
        description=said.text[language],
        parameter=scope if what is Finish.EASED else (),
    )
