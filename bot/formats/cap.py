"""CAP XML, alone or in a wrapper (EDXL-DE, Atom) -> dicts with CAP's names."""

from collections.abc import Iterator

from lxml import etree

from bot.domain.advisory import Advisory
from bot.domain.cap import Reason
from bot.domain.cap_text import shown
from bot.formats import validate
from bot.formats.refusal import Refused

CAP_1_0 = "http://www.incident.com/cap/1.0"
CAP_1_1 = "urn:oasis:names:tc:emergency:cap:1.1"
CAP_1_2 = "urn:oasis:names:tc:emergency:cap:1.2"
EDXL_DE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
ATOM = "http://www.w3.org/2005/Atom"

MOST_ALERTS = 500
"""In one wrapper; each bad one becomes a dead letter of its own."""

_ALERTS = {f"{{{namespace}}}alert" for namespace in (CAP_1_0, CAP_1_1, CAP_1_2)}
_WRAPPERS = {f"{{{EDXL_DE}}}EDXLDistribution", f"{{{ATOM}}}feed", f"{{{ATOM}}}entry"}
_WITH_PARTS = {"info", "resource", "area", "eventCode", "parameter", "geocode"}
_ONE_LIST = {"addresses", "references", "incidents"}


def alerts(root: etree._Element) -> list[etree._Element]:
    """The alert elements of a document: its root, or those anywhere in a wrapper, in order.

    Raises `Refused` where there is none.
    """
    if root.tag in _ALERTS:
        return [root]
    if root.tag not in _WRAPPERS:
        raise Refused(
            Reason.NOT_CAP, f"the root is {shown(str(root.tag))}; write alert of {CAP_1_2}"
        )
    found = list(_outermost(root))
    if not found:
        raise Refused(
            Reason.NOT_CAP,
            f"{etree.QName(root).localname} holds no whole CAP alert; send the alerts themselves",
        )
    if len(found) > MOST_ALERTS:
        raise Refused(
            Reason.TOO_LARGE,
            f"{etree.QName(root).localname} holds {len(found)} alerts and at most {MOST_ALERTS} "
            "are read; send them in parts",
        )
    return found


def _outermost(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if child.tag in _ALERTS:
            yield child
        else:
            yield from _outermost(child)


def read(alert: etree._Element, raw: bytes, within: str = "") -> Advisory:
    """The advisory of one alert element of CAP 1.1 or 1.2; `within` goes before every path.

    Elements of other namespaces, such as a signature, are left to `raw` in CAP 1.2, whose schema
    has room for them, and refused in CAP 1.1, whose schema has none. Raises `Refused`.
    """
    namespace = etree.QName(alert).namespace or ""
    if namespace == CAP_1_0:
        raise Refused(
            Reason.UNSUPPORTED, f"{within or 'alert'}: is CAP 1.0; write CAP 1.2 ({CAP_1_2})", raw
        )
    try:
        data = _parts(alert, namespace, within)
        _check_envelope(alert, data, within)
    except Refused as error:
        raise Refused(error.reason, error.detail, raw) from None
    return validate.advisory(data, raw, within)


def _parts(element: etree._Element, namespace: str, within: str) -> dict[str, object]:
    _check_no_text(element, within)
    found: dict[str, list[object]] = {}
    for child in element:
        name = _element_name(child, namespace, within)
        if name is None:
            continue
        values = found.setdefault(name, [])
        if name in _WITH_PARTS:
            values.append(_parts(child, namespace, validate.path((name, len(values)), within)))
        else:
            values.append(_text(child, validate.path((name,), within)))
    for name in _ONE_LIST & found.keys():
        if len(found[name]) > 1:
            where = validate.path((name,), within)
            raise Refused(Reason.SCHEMA, f"{where}: occurs twice; write one list in one element")
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _element_name(child: etree._Element, namespace: str, within: str) -> str | None:
    """The local name, or None for an extension that is not ours to read."""
    qname = etree.QName(child)
    if qname.namespace == namespace:
        return qname.localname
    where = validate.path((qname.localname,), within)
    if qname.namespace in (None, CAP_1_0, CAP_1_1, CAP_1_2):
        raise Refused(
            Reason.SCHEMA, f"{where}: is not in the namespace of its alert; write it in {namespace}"
        )
    if namespace == CAP_1_1:
        raise Refused(
            Reason.SCHEMA, f"{where}: is an extension, which CAP 1.1 has no room for; write CAP 1.2"
        )
    return None


def _text(element: etree._Element, where: str) -> str:
    if len(element):
        inner = shown(etree.QName(element[0]).localname)
        raise Refused(Reason.SCHEMA, f"{where}: holds the element {inner}; write text, escaped")
    return element.text or ""


def _check_no_text(element: etree._Element, within: str) -> None:
    for text in (element.text, *(child.tail for child in element)):
        if text and text.strip():
            raise Refused(
                Reason.SCHEMA,
                f"{within or 'alert'}: holds the text {shown(text.strip())} between its elements; "
                "put it into one",
            )


def _check_envelope(alert: etree._Element, data: dict[str, object], within: str) -> None:
    """EDXL-DE 1.0, distributionStatus: what travels as a drill must not arrive as real."""
    envelope = alert.getroottree().getroot()
    around = (envelope.findtext(f"{{{EDXL_DE}}}distributionStatus") or "Actual").strip()
    status = data.get("status")
    if around != "Actual" and isinstance(status, str) and status.strip() == "Actual":
        where = validate.path(("status",), within)
        raise Refused(
            Reason.SCHEMA,
            f"{where}: 'Actual' travels in a distribution of status {shown(around)}; "
            "write the same in both",
        )
