"""XML bytes -> a tree, with nothing that XML can do to its reader."""

import codecs
import re

from lxml import etree

from bot.domain.cap import Reason
from bot.domain.cap_text import shown
from bot.formats.refusal import Refused

_ENCODINGS = re.compile(r"utf-8|utf-16(-[lb]e)?|ascii|iso8859-\d+|cp125\d|koi8-[ru]")
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*?\?>")
_DECLARED = re.compile(rb"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_xml(payload: bytes) -> bool:
    """Whether the first character, after a BOM and white space, opens a tag."""
    if payload.startswith(_UTF_16):
        return True
    return payload.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<"


def root(payload: bytes) -> etree._Element:
    """The root element, without comments and processing instructions.

    A DOCTYPE is refused before the parser sees it, wherever it stands and however it is encoded:
    the text is decoded here, and the parser gets UTF-8 only. No entity, schema or address is ever
    followed. Raises `Refused` with ENCODING, DOCTYPE or NOT_XML.
    """
    text = _decoded(payload)
    if "<!doctype" in text.lower():
        raise Refused(Reason.DOCTYPE, "the payload holds <!DOCTYPE; send it without one")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    declaration = _DECLARATION.match(text)
    body = text[declaration.end() if declaration else 0 :].strip()
    try:
        return etree.fromstring(body.encode(), parser)
    except etree.XMLSyntaxError as error:
        message = shown(error.msg or "no element found", 120)
        raise Refused(Reason.NOT_XML, f"{message[1:-1]}; correct the XML") from None


def _decoded(payload: bytes) -> str:
    encoding = _encoding(payload)
    try:
        text = payload.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise Refused(
            Reason.ENCODING,
            f"byte {error.start} is 0x{payload[error.start]:02x}, which is not {encoding}; "
            "write UTF-8, or declare the encoding",
        ) from None
    if "\0" in text:
        raise Refused(
            Reason.ENCODING, f"the payload holds NUL when read as {encoding}; write UTF-8"
        )
    return text


def _encoding(payload: bytes) -> str:
    """A byte order mark, else the declaration, else UTF-8 (XML 1.0, appendix F)."""
    if payload.startswith(_UTF_16):
        return "utf-16"
    declared = _DECLARED.match(payload)
    if payload.startswith(codecs.BOM_UTF8) or declared is None:
        return "utf-8"
    name = declared[1].decode("ascii")
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = ""
    if not _ENCODINGS.fullmatch(known):
        raise Refused(Reason.ENCODING, f"encoding {shown(name)} is not supported; write UTF-8")
    return known
