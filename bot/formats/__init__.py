"""Bytes <-> domain: what arrives on the queue becomes advisories, or reasons why not."""

from dataclasses import dataclass

from lxml import etree

from bot.domain.advisory import Advisory
from bot.domain.cap import Reason
from bot.formats import cap, json, xml
from bot.formats.refusal import Refused

__all__ = ["MAX_BYTES", "Parsed", "Reason", "Refused", "parse"]

MAX_BYTES = 1_048_576
"""The largest payload: CAP with embedded audio stays below it."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one payload held: publish each advisory, dead-letter each refusal, in their order.

    A wrapper may give both. Anything else gives exactly one of either.
    """

    advisories: tuple[Advisory, ...] = ()
    refusals: tuple[Refused, ...] = ()


def parse(payload: bytes) -> Parsed:
    """Read CAP 1.1 or 1.2 XML, an EDXL-DE or Atom wrapper of them, or JSON with CAP's names.

    Never raises. `Advisory.raw` and `Refused.raw` are the payload; for a wrapper with several
    alerts, or one inside other elements, they are the alert element alone, serialised in UTF-8.
    """
    try:
        return _parse(payload)
    except Refused as error:
        return Parsed(refusals=(Refused(error.reason, error.detail, payload),))


def _parse(payload: bytes) -> Parsed:
    if len(payload) > MAX_BYTES:
        raise Refused(
            Reason.TOO_LARGE,
            f"the payload has {len(payload)} bytes and at most {MAX_BYTES} are read; shorten it",
        )
    if xml.is_xml(payload):
        return _read_alerts(payload)
    if payload.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return Parsed(advisories=(json.read(payload),))
    what = "is neither XML nor JSON" if payload.strip() else "is empty"
    raise Refused(Reason.NOT_CAP, f"the payload {what}; send a CAP 1.2 alert")


def _read_alerts(payload: bytes) -> Parsed:
    root = xml.root(payload)
    found = cap.alerts(root)
    if found[0] is root:
        return Parsed(advisories=(cap.read(root, payload),))
    advisories, refusals = [], []
    for index, alert in enumerate(found):
        raw = etree.tostring(alert, encoding="utf-8", with_tail=False)
        try:
            advisories.append(cap.read(alert, raw, f"alert[{index}]"))
        except Refused as error:
            refusals.append(error)
    return Parsed(tuple(advisories), tuple(refusals))
