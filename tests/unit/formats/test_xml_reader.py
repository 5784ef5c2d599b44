"""The XML reader: encodings, DOCTYPE and size, before any element is looked at."""

from pathlib import Path

import pytest

from bot.formats import MAX_BYTES, Reason, Refused, parse

KYIV = (Path(__file__).parents[2] / "samples" / "cap" / "kyiv.xml").read_text("utf-8")


def identifiers(payload: bytes) -> list[str]:
    return [advisory.identifier for advisory in parse(payload).advisories]


def refused(payload: bytes) -> Refused:
    parsed = parse(payload)
    assert not parsed.advisories
    (refusal,) = parsed.refusals
    return refusal


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1251"])
def test_declared_encoding_is_read(encoding: str) -> None:
    declared = "UTF-8" if encoding == "utf-8-sig" else encoding
    payload = KYIV.replace("UTF-8", declared).encode(encoding)
    assert identifiers(payload) == ["kyiv-2024-11-20-1"]


DOCTYPES = {
    "empty": "<!DOCTYPE alert>",
    "with an entity": '<!DOCTYPE alert [<!ENTITY z "zz">]>',
    "with an address": '<!DOCTYPE alert SYSTEM "http://localhost:1/a.dtd">',
    "after a comment": "<!-- a --><!DOCTYPE alert>",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le-bom", "iso-8859-1"])
@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES.keys())
def test_doctype_is_refused_in_every_encoding(doctype: str, encoding: str) -> None:
    text = KYIV.replace("<alert", f"{doctype}<alert", 1).replace(
        "UTF-8", encoding.removesuffix("-le-bom")
    )
    bom = b"\xff\xfe" if encoding.endswith("bom") else b""
    payload = bom + text.encode("utf-16-le" if bom else encoding)
    assert refused(payload).reason is Reason.DOCTYPE


def test_bytes_that_are_not_the_encoding_are_refused_with_their_place() -> None:
    refusal = refused(KYIV.encode().replace(b"Kyiv", b"Ky\xffv", 1))
    assert refusal.reason is Reason.ENCODING
    assert "is 0xff, which is not utf-8" in refusal.detail


def test_payload_over_one_mebibyte_is_refused_and_at_it_is_read() -> None:
    padding = MAX_BYTES - len(KYIV.encode())
    assert identifiers((KYIV + " " * padding).encode()) == ["kyiv-2024-11-20-1"]
    assert refused((KYIV + " " * (padding + 1)).encode()).reason is Reason.TOO_LARGE


def test_windows_1251_text_arrives_as_it_was_written() -> None:
    payload = KYIV.replace("UTF-8", "windows-1251").replace("Potential air attack", "Загроза")
    (advisory,) = parse(payload.encode("windows-1251")).advisories
    assert advisory.info[0].event == "Загроза"
