"""An advisory: CAP 1.2 as frozen models, and what follows from one alone.

Names are CAP's in snake_case (aliases: CAP's own), the order is CAP's. Times are aware and keep
their offset, points are (lat, lon) in degrees of WGS 84, radii are kilometres. A model may be
built from CAP's texts or from Python values; both go through the same checks.
"""

import hashlib
import json
from base64 import b32encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)
from pydantic.alias_generators import to_camel

from bot.domain import cap_text
from bot.domain.cap import (
    Category,
    Certainty,
    MsgType,
    Reason,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from bot.domain.reference import Reference, read_references

__all__ = [
    "DEFAULT_LASTS",
    "Advisory",
    "Area",
    "Category",
    "Certainty",
    "Ending",
    "Info",
    "MsgType",
    "NamedValue",
    "Phase",
    "Reason",
    "Reference",
    "Resource",
    "ResponseType",
    "Scope",
    "Severity",
    "Status",
    "Urgency",
]

DEFAULT_LASTS = timedelta(hours=24)
"""How long an advisory without `expires` stays active: CAP leaves it to the recipient (3.2.2)."""

_SEVERITIES = (
    Severity.EXTREME,
    Severity.SEVERE,
    Severity.MODERATE,
    Severity.MINOR,
    Severity.UNKNOWN,
)
_URGENCIES = (Urgency.IMMEDIATE, Urgency.EXPECTED, Urgency.FUTURE, Urgency.UNKNOWN, Urgency.PAST)
_DRILLS = {Status.EXERCISE, Status.SYSTEM, Status.TEST}


class Ending(StrEnum):
    """How an advisory ended before its time, as known from other messages or an operator."""

    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    CLEARED = "cleared"


class Phase(StrEnum):
    """Where an advisory stands at an instant."""

    SCHEDULED = "scheduled"
    ACTIVE = "active"
    PASSED = "passed"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    CLEARED = "cleared"


def _as_default(tag: str) -> Callable[[object], object]:
    return lambda value: tag if cap_text.one(value) is None else cap_text.one(value)


def _value(value: object) -> object:
    stripped = cap_text.one(value)
    return "" if stripped is None and isinstance(value, str) else stripped


_One = BeforeValidator(cap_text.one)
_Many = BeforeValidator(cap_text.many)
_WireTime = PlainSerializer(cap_text.time_text, return_type=str, when_used="json-unless-none")

Text = Annotated[str, _One]
OptionalText = Annotated[str | None, _One]
Token = Annotated[str, AfterValidator(cap_text.token), _One]
Time = Annotated[datetime, BeforeValidator(cap_text.time), _One, _WireTime]
OptionalTime = Annotated[datetime | None, BeforeValidator(cap_text.time), _One, _WireTime]
OptionalNumber = Annotated[
    Annotated[float, Field(allow_inf_nan=False)] | None, BeforeValidator(cap_text.number), _One
]
Size = Annotated[
    Annotated[int, Field(ge=0, lt=2**63)] | None, BeforeValidator(cap_text.number), _One
]
Polygon = Annotated[
    tuple[tuple[float, float], ...],
    BeforeValidator(cap_text.polygon),
    PlainSerializer(cap_text.polygon_text, return_type=str, when_used="json"),
]
Circle = Annotated[
    tuple[float, float, float],
    BeforeValidator(cap_text.circle),
    PlainSerializer(cap_text.circle_text, return_type=str, when_used="json"),
]


class _Cap(BaseModel):
    """Frozen, by CAP's names or ours, and nothing unknown: a misspelt element must not vanish."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class NamedValue(_Cap):
    """CAP's eventCode, parameter and geocode. Published messages leave `value` empty at times."""

    value_name: Text
    value: Annotated[str, BeforeValidator(_value)]


class Resource(_Cap):
    """CAP 1.2, 3.2.3 resource; `size` is bytes, `deref_uri` base64, `digest` SHA-1."""

    resource_desc: Text
    mime_type: OptionalText = None
    size: Size = None
    uri: OptionalText = None
    deref_uri: OptionalText = None
    digest: OptionalText = None


class Area(_Cap):
    """CAP 1.2, 3.2.4 area: the union of its shapes and codes; heights are feet above sea level."""

    area_desc: Text
    polygon: Annotated[tuple[Polygon, ...], _Many] = ()
    circle: Annotated[tuple[Circle, ...], _Many] = ()
    geocode: Annotated[tuple[NamedValue, ...], _Many] = ()
    altitude: OptionalNumber = None
    ceiling: OptionalNumber = None


class Info(_Cap):
    """CAP 1.2, 3.2.2 info: one event in one language. HTML in texts stays text."""

    language: Annotated[
        str, AfterValidator(cap_text.language), BeforeValidator(_as_default("en-US"))
    ] = "en-US"
    category: Annotated[tuple[Annotated[Category, _One], ...], Field(min_length=1), _Many]
    event: Text
    response_type: Annotated[tuple[Annotated[ResponseType, _One], ...], _Many] = ()
    urgency: Annotated[Urgency, _One]
    severity: Annotated[Severity, _One]
    certainty: Annotated[Certainty, _One]
    audience: OptionalText = None
    event_code: Annotated[tuple[NamedValue, ...], _Many] = ()
    effective: OptionalTime = None
    onset: OptionalTime = None
    expires: OptionalTime = None
    sender_name: OptionalText = None
    headline: OptionalText = None
    description: OptionalText = None
    instruction: OptionalText = None
    web: OptionalText = None
    contact: OptionalText = None
    parameter: Annotated[tuple[NamedValue, ...], _Many] = ()
    resource: Annotated[tuple[Resource, ...], _Many] = ()
    area: Annotated[tuple[Area, ...], _Many] = ()

    @model_validator(mode="after")
    def _expires_last(self) -> Self:
        _check_order(self, "onset", self.onset, ())
        _check_order(self, "effective", self.effective, ())
        return self


def _check_order(info: Info, name: str, begin: datetime | None, at: tuple[str | int, ...]) -> None:
    if info.expires is not None and begin is not None and info.expires < begin:
        expires, early = cap_text.time_text(info.expires), cap_text.time_text(begin)
        cap_text.refuse(
            Reason.ORDER_OF_TIMES,
            f"{expires} is before {name} {early}; write a later time",
            (*at, "expires"),
        )


def _bytes_only(value: object) -> object:
    if not isinstance(value, bytes):
        cap_text.refuse(Reason.SCHEMA, "is no element of CAP; leave it out or correct its name")
    return value


class Advisory(_Cap):
    """CAP 1.2, 3.2.1 alert. `raw` is the message as it came; dumps and repr leave it out."""

    identifier: Token
    sender: Token
    sent: Time
    status: Annotated[Status, _One]
    msg_type: Annotated[MsgType, _One]
    source: OptionalText = None
    scope: Annotated[Scope, _One]
    restriction: OptionalText = None
    addresses: Annotated[tuple[Text, ...], BeforeValidator(cap_text.words)] = ()
    code: Annotated[tuple[Text, ...], _Many] = ()
    note: OptionalText = None
    references: Annotated[
        tuple[
            Annotated[
                Reference, PlainSerializer(Reference.written, return_type=str, when_used="json")
            ],
            ...,
        ],
        BeforeValidator(read_references),
    ] = ()
    incidents: Annotated[tuple[Text, ...], BeforeValidator(cap_text.words)] = ()
    info: Annotated[tuple[Info, ...], _Many] = ()
    raw: Annotated[bytes, BeforeValidator(_bytes_only)] = Field(
        default=b"", exclude=True, repr=False
    )

    @model_validator(mode="after")
    def _expires_after_sent(self) -> Self:
        for index, info in enumerate(self.info):
            _check_order(info, "sent", self.sent, ("info", index))
        return self

    @model_validator(mode="after")
    def _refers_to_earlier(self) -> Self:
        """CAP 1.2, 3.2.1 msgType: all but Alert speak of a message, and never of themselves."""
        named = [ref for ref in self.references if ref.identifier]
        if self.msg_type is not MsgType.ALERT and not named:
            cap_text.refuse(
                Reason.REFERENCES,
                f"name no earlier message, and msgType {self.msg_type} needs one; "
                "write sender,identifier,sent of each",
                ("references",),
            )
        if any((ref.sender, ref.identifier, ref.sent) == self.key for ref in named):
            cap_text.refuse(
                Reason.REFERENCES,
                "name this message itself; write the earlier one",
                ("references",),
            )
        return self

    @property
    def id(self) -> str:
        """20 characters of a-z and 2-7 from sender, identifier and the instant of `sent`.

        The same message keeps it whatever the offset or format it was written in. Used as the
        id in Redis and in callback data.
        """
        instant = self.sent.astimezone(UTC).isoformat()
        digest = hashlib.sha256(f"{self.sender}\n{self.identifier}\n{instant}".encode()).digest()
        return b32encode(digest).decode().lower()[:20]

    @property
    def key(self) -> tuple[str, str, datetime]:
        """(sender, identifier, sent), which CAP's references match on."""
        return self.sender, self.identifier, self.sent

    @property
    def areas(self) -> tuple[Area, ...]:
        """The areas of every info, in order; translations repeat them."""
        return tuple(area for info in self.info for area in info.area)

    @property
    def window(self) -> tuple[datetime, datetime | None]:
        """(earliest start, latest expiry that is given or None); `sent` where there is no info."""
        start = min((self.starts(info) for info in self.info), default=self.sent)
        return start, max((i.expires for i in self.info if i.expires is not None), default=None)

    @property
    def max_severity(self) -> Severity:
        """The highest of the infos; UNKNOWN ranks lowest and stands for no info at all."""
        found = {info.severity for info in self.info}
        return next((one for one in _SEVERITIES if one in found), Severity.UNKNOWN)

    @property
    def urgency(self) -> Urgency:
        """The most pressing of the infos; UNKNOWN ranks between FUTURE and PAST."""
        found = {info.urgency for info in self.info}
        return next((one for one in _URGENCIES if one in found), Urgency.UNKNOWN)

    @property
    def is_drill(self) -> bool:
        """Status Exercise, System or Test. A Draft is no drill: it is for nobody."""
        return self.status in _DRILLS

    def starts(self, info: Info) -> datetime:
        """When `info` begins: onset, else effective, else `sent` (CAP 1.2, 3.2.2 effective)."""
        return info.onset or info.effective or self.sent

    def info_for(self, language: str) -> Info | None:
        """The info for a tag: the same tag, else its primary subtag, else English, else the first.

        None only where the message has no info.
        """
        wanted = language.lower()
        tags = [(info, info.language.lower()) for info in self.info]
        for info, tag in tags:
            if tag == wanted:
                return info
        for primary in (wanted.split("-")[0], "en"):
            for info, tag in tags:
                if tag.split("-")[0] == primary:
                    return info
        return self.info[0] if self.info else None

    def parameter(self, name: str) -> str | None:
        """The first value of the parameter of that name in any info; case does not matter."""
        wanted = name.casefold()
        values = (p for info in self.info for p in info.parameter)
        return next((p.value for p in values if p.value_name.casefold() == wanted), None)

    def phase(
        self, now: datetime, *, ended: Ending | None = None, lasts: timedelta = DEFAULT_LASTS
    ) -> Phase:
        """The phase at the aware instant `now`; active from its start until before its expiry.

        `ended` is what is known from elsewhere and wins over time. Without any `expires` it
        lasts `lasts` from its start.
        """
        if ended is not None:
            return Phase(ended.value)
        start, end = self.window
        if now < start:
            return Phase.SCHEDULED
        return Phase.ACTIVE if now < (end or start + lasts) else Phase.PASSED

    def to_json(self) -> bytes:
        """The queue's JSON form in UTF-8: CAP's names, CAP's times and shapes, no empty element."""
        data = self.model_dump(mode="json", by_alias=True)
        return json.dumps(_without_empty(data), ensure_ascii=False).encode()


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, list):
            value = [_without_empty(i) if isinstance(i, dict) else i for i in value]
        if value is not None and value != []:
            kept[name] = value
    return kept
