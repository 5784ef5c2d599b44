"""CAP XML: what is read although it is untidy, and what is refused, with the sentence for it."""

from pathlib import Path

import pytest

from bot.domain.advisory import Advisory, Certainty, Reference
from bot.formats import Reason, Refused, parse

SAMPLES = Path(__file__).parents[2] / "samples" / "cap"
KYIV = (SAMPLES / "kyiv.xml").read_text("utf-8")
CAP_1_2 = "urn:oasis:names:tc:emergency:cap:1.2"


def read(payload: str | bytes) -> Advisory:
    parsed = parse(payload.encode() if isinstance(payload, str) else payload)
    assert not parsed.refusals, parsed.refusals
    (advisory,) = parsed.advisories
    return advisory


def refused(payload: str | bytes) -> Refused:
    parsed = parse(payload.encode() if isinstance(payload, str) else payload)
    assert not parsed.advisories
    (refusal,) = parsed.refusals
    assert refusal.detail.isprintable()
    return refusal


def changed(old: str, new: str) -> str:
    assert old in KYIV
    return KYIV.replace(old, new, 1)


def without_raw(advisory: Advisory) -> Advisory:
    return advisory.model_copy(update={"raw": b""})


def test_message_becomes_the_same_advisory_as_in_json() -> None:
    in_json = read((SAMPLES / "kyiv.json").read_bytes())
    assert without_raw(read(KYIV)) == without_raw(in_json)


def test_message_keeps_its_bytes() -> None:
    assert read(KYIV).raw == KYIV.encode()


def test_every_element_of_cap_is_kept() -> None:
    advisory = read((SAMPLES / "every_element.xml").read_bytes())
    (info,) = advisory.info
    optional_in_shape = [advisory, info, *info.resource, *info.area, *info.event_code]
    for part in optional_in_shape:
        for name in type(part).model_fields:
            assert getattr(part, name) not in (None, ()), f"{type(part).__name__}.{name} was lost"
    assert advisory.addresses == ("one", "two words", "three")
    assert advisory.incidents == ("alpha", "bravo two")
    assert [r.identifier for r in advisory.references] == ["every-0", "every-1"]
    assert info.area[0].geocode[0].value == ""
    assert info.description == "a <br/> b"


LIBERAL = {
    "white space around an enumeration": ("<status>Actual", "<status>\n  Actual \t"),
    "white space around a time": (
        "<sent>2024-11-19T22:30:00+02:00",
        "<sent> 2024-11-19T22:30:00+02:00\n",
    ),
    "white space around text": ("Be ready to shelter.", "\n  Be ready to shelter.\n "),
    "white space around the comma of a point": ("50.45,30.52 25", " 50.45 , 30.52\n25 "),
    "another case of language": ("<language>en-US", "<language>EN-us"),
    "no language, whose default is en-US": ("<language>en-US</language>", ""),
    "empty language": ("<language>en-US</language>", "<language/>"),
    "UTC as Z": ("2024-11-19T22:30:00+02:00", "2024-11-19T20:30:00Z"),
    "UTC as -00:00": ("2024-11-19T22:30:00+02:00", "2024-11-19T20:30:00-00:00"),
    "UTC as +00:00": ("2024-11-19T22:30:00+02:00", "2024-11-19T20:30:00+00:00"),
    "a fraction of a second": ("2024-11-19T22:30:00+02:00", "2024-11-19T22:30:00.250+02:00"),
    "24:00:00 as the next midnight": ("2024-11-21T00:00:00+02:00", "2024-11-20T24:00:00+02:00"),
    "a plus sign in a point": ("50.45,30.52 25", "+50.45,+30.520 25.0"),
    "an empty optional element": ("<scope>", "<note/><scope>"),
    "an empty repeated element": ("<circle>", "<polygon/><circle>"),
    "comments inside text": ("Potential air attack", "Potential<!-- a --> air attack"),
    "a processing instruction": ("<scope>", "<?page break?><scope>"),
    "CDATA": ("Potential air attack", "<![CDATA[Potential air attack]]>"),
    "a signature, which stays in raw only": (
        "</alert>",
        '<Signature Id="a b" xmlns="http://www.w3.org/2000/09/xmldsig#"><X/></Signature></alert>',
    ),
    "an extension of CAP 1.2": ("</info>", '<x:more xmlns:x="urn:example:more"/></info>'),
    "CAP 1.1": ("cap:1.2", "cap:1.1"),
    "white space before the declaration": ("<?xml", "\n  <?xml"),
    "another order of elements": (
        "<status>Actual</status>\n  <msgType>Alert</msgType>",
        "<msgType>Alert</msgType>\n  <status>Actual</status>",
    ),
}


@pytest.mark.parametrize(("old", "new"), LIBERAL.values(), ids=LIBERAL.keys())
def test_harmless_difference_is_read_as_the_same(old: str, new: str) -> None:
    assert without_raw(read(changed(old, new))) == without_raw(read(KYIV))


def test_prefixed_message_is_read_as_the_same() -> None:
    prefixed = KYIV.replace("xmlns=", "xmlns:c=").replace("</", "</c:").replace("<", "<c:")
    prefixed = prefixed.replace("<c:/c:", "</c:").replace("<c:?", "<?")
    assert without_raw(read(prefixed)) == without_raw(read(KYIV))


def test_very_likely_of_cap_1_0_counts_as_likely() -> None:
    advisory = read(changed("<certainty>Possible", "<certainty>Very Likely"))
    assert advisory.info[0].certainty is Certainty.LIKELY


def test_broken_references_keep_their_text() -> None:
    text = "s one,i-1,2024-11-18T10:00:00Z s,i-2,yesterday junk"
    advisory = read(changed("<info>", f"<references>{text}</references><info>"))
    first, second, third = advisory.references
    assert (first.sender, first.identifier) == ("s one", "i-1")
    assert second == Reference(sender="s", identifier="i-2", raw="s,i-2,yesterday")
    assert third == Reference(raw="junk")


AREA = "info[0].area[0]"
RING = "50.3,30.2 50.3,30.8 50.6,30.8 50.6,30.2 50.3,30.2"
STRICT = {
    "a time without offset": (
        "22:30:00+02:00",
        "22:30:00",
        "time",
        "sent: '2024-11-19T22:30:00' has no UTC offset",
    ),
    "a date that does not exist": (
        "2024-11-21T",
        "2024-02-30T",
        "time",
        "info[0].expires: '2024-02-30T",
    ),
    "an offset that does not exist": ("22:30:00+02:00", "22:30:00+15:00", "time", "sent: "),
    "a time with a space": (
        "2024-11-19T22",
        "2024-11-19 22",
        "time",
        "sent: '2024-11-19 22:30:00+02:00' is no CAP time",
    ),
    "an empty required time": ("2024-11-19T22:30:00+02:00", "", "schema", "sent: is empty"),
    "a year out of range": ("2024-11-19T", "0001-11-19T", "time", "sent: year 1 is out of range"),
    "expires before sent": (
        "2024-11-19T22:30",
        "2024-11-22T22:30",
        "order_of_times",
        "info[0].expires: 2024-11-21T00:00:00+02:00 is before sent",
    ),
    "expires before onset": (
        "2024-11-20T00:00",
        "2024-11-21T00:01",
        "order_of_times",
        "info[0].expires: 2024-11-21T00:00:00+02:00 is before onset",
    ),
    "expires before effective": (
        "<onset>2024-11-20T00:00:00+02:00</onset>",
        "<effective>2024-11-21T00:00:01+02:00</effective>",
        "order_of_times",
        "info[0].expires: 2024-11-21T00:00:00+02:00 is before effective",
    ),
    "expires before onset only in another offset": (
        "2024-11-21T00:00:00+02:00",
        "2024-11-20T00:30:00+03:00",
        "order_of_times",
        "info[0].expires: ",
    ),
    "another case of an enumeration": (
        "Expected",
        "expected",
        "enumeration",
        "info[0].urgency: 'expected' is not one of Immediate, Expected, Future, Past, Unknown; "
        "write 'Expected'",
    ),
    "an unknown enumeration": (
        "Prepare",
        "Pray",
        "enumeration",
        "info[0].responseType[1]: 'Pray' is not one of Shelter,",
    ),
    "an empty required enumeration": ("Possible", "", "schema", "info[0].certainty: is empty"),
    "a missing required element": ("<scope>Public</scope>", "", "schema", "scope: is missing"),
    "no category": (
        "<category>Security</category>\n    <category>Safety</category>",
        "",
        "schema",
        "info[0].category: is missing",
    ),
    "only an empty category": (
        "<category>Security</category>\n    <category>Safety</category>",
        "<category/>",
        "schema",
        "info[0].category: is empty",
    ),
    "a misspelt element": (
        "<expires>2024-11-21T00:00:00+02:00</expires>",
        "<expire>2024-11-21T00:00:00+02:00</expire>",
        "schema",
        "info[0].expire: is no element of CAP here; write 'expires'",
    ),
    "a single element twice": (
        "<scope>",
        "<scope>Private</scope><scope>",
        "schema",
        "scope: is a list of 2; CAP allows it once",
    ),
    "references twice": (
        "<info>",
        "<references>a,b,c</references><references>a,b,c</references><info>",
        "schema",
        "references: occurs twice",
    ),
    "an element inside text": (
        "The embassy",
        "The <b>embassy</b>",
        "schema",
        "info[0].description: holds the element 'b'; write text",
    ),
    "text between elements": (
        "<area>",
        "<area>Kyiv",
        "schema",
        "info[0].area[0]: holds the text 'Kyiv'",
    ),
    "an element outside the namespace": (
        "<scope>",
        '<note xmlns="">x</note><scope>',
        "schema",
        "note: is not in the namespace",
    ),
    "white space in the identifier": (
        "kyiv-2024-11-20-1",
        "kyiv 1",
        "schema",
        "identifier: 'kyiv 1' holds a space",
    ),
    "a comma in the sender": ("acs@", "acs,", "schema", "sender: 'acs,embassy.example' holds"),
    "an unclosed polygon": (
        RING,
        RING[:-10],
        "geometry",
        f"{AREA}.polygon[0]: is not closed: it starts at 50.3,30.2 and ends at 50.6,30.2",
    ),
    "a polygon of three points": (
        RING,
        "1,2 3,4 1,2",
        "geometry",
        f"{AREA}.polygon[0]: has 3 points",
    ),
    "a swapped polygon": (
        RING,
        "120.5,30 121,30 121,31 120.5,30",
        "geometry",
        f"{AREA}.polygon[0]: 120.5,30.0 looks swapped",
    ),
    "a longitude beyond 180": (
        RING,
        "50,181 50,30 51,30 50,181",
        "geometry",
        f"{AREA}.polygon[0]: 50.0,181.0 is not on Earth",
    ),
    "NaN in a polygon": (
        RING,
        "nan,1 1,1 2,2 nan,1",
        "geometry",
        f"{AREA}.polygon[0]: 'nan' is no number",
    ),
    "a dangling comma": (
        RING,
        "1,2, 1,3 2,3 1,2",
        "geometry",
        f"{AREA}.polygon[0]: '1,2,1,3' is no point",
    ),
    "a negative radius": (
        "30.52 25",
        "30.52 -1",
        "geometry",
        f"{AREA}.circle[0]: radius -1 is not between",
    ),
    "a radius in metres": (
        "30.52 25",
        "30.52 25000",
        "geometry",
        f"{AREA}.circle[0]: radius 25000 is not between",
    ),
    "a circle without radius": (
        "30.52 25",
        "30.52",
        "geometry",
        f"{AREA}.circle[0]: '50.45,30.52' is no circle",
    ),
    "an Update without references": (
        ">Alert<",
        ">Update<",
        "references",
        "references: name no earlier message, and msgType Update",
    ),
    "a Cancel without references": (
        ">Alert<",
        ">Cancel<",
        "references",
        "references: name no earlier message, and msgType Cancel",
    ),
    "an Ack without references": (
        ">Alert<",
        ">Ack<",
        "references",
        "references: name no earlier message, and msgType Ack",
    ),
    "an Error without references": (
        ">Alert<",
        ">Error<",
        "references",
        "references: name no earlier message, and msgType Error",
    ),
    "a Cancel of nothing that can be read": (
        "Alert</msgType>",
        "Cancel</msgType><references>junk</references>",
        "references",
        "references: name no earlier",
    ),
    "a message that names itself": (
        "<info>",
        "<references>acs@embassy.example,kyiv-2024-11-20-1,2024-11-19T20:30:00Z</references><info>",
        "references",
        "references: name this message itself",
    ),
    "a language that is none": (
        "en-US",
        "en_US",
        "schema",
        "info[0].language: 'en_US' is no language tag",
    ),
    "CAP 1.0": (
        CAP_1_2,
        "http://www.incident.com/cap/1.0",
        "unsupported",
        "alert: is CAP 1.0; write CAP 1.2",
    ),
    "another namespace": (CAP_1_2, "urn:example", "not_cap", "the root is '{urn:example}alert'"),
    "an undeclared encoding": ("UTF-8", "UTF-7", "encoding", "encoding 'UTF-7' is not supported"),
    "an undefined entity": ("Kyiv<", "&kyiv;<", "not_xml", "Entity 'kyiv' not defined"),
    "XML cut short": ("</alert>", "", "not_xml", "Premature end of data"),
    "a DOCTYPE in a comment": (
        "<scope>",
        "<!-- <!DOCTYPE a> --><scope>",
        "doctype",
        "the payload holds <!DOCTYPE",
    ),
}


@pytest.mark.parametrize(("old", "new", "reason", "start"), STRICT.values(), ids=STRICT.keys())
def test_harmful_difference_is_refused(old: str, new: str, reason: str, start: str) -> None:
    refusal = refused(changed(old, new))
    assert (refusal.reason.value, refusal.detail[: len(start)]) == (reason, start)
    assert refusal.raw


def test_first_error_is_told_with_the_number_of_the_others() -> None:
    payload = changed("<severity>Severe", "<severity>severe").replace("Actual", "actual")
    assert refused(payload).detail.startswith("status: 'actual' is not one of")
    assert refused(payload).detail.endswith("(1 more wrong)")


def test_first_error_follows_the_document_and_not_the_schema() -> None:
    payload = changed("<identifier>", "<scop>Public</scop><identifier>").replace("Actual", "actual")
    assert refused(payload).detail.startswith("scop: is no element of CAP here; write 'scope'")


def test_second_info_is_named_by_its_index() -> None:
    info = KYIV[KYIV.index("<info>") : KYIV.index("</alert>")]
    broken = info.replace("50.45,30.52", "150.45,30.52")
    assert refused(changed("</alert>", broken + "</alert>")).detail.startswith(
        "info[1].area[0].circle[0]: 150.45,30.52 looks swapped"
    )


def test_long_and_unprintable_values_are_shortened_and_escaped() -> None:
    refusal = refused(changed("Expected", "\u202e" + "x" * 5000))
    assert refusal.detail.startswith("info[0].urgency: '\\u202exxx")
    assert len(refusal.detail) < 300


def test_signature_in_cap_1_1_is_refused() -> None:
    signed = LIBERAL["a signature, which stays in raw only"]
    refusal = refused(changed(*signed).replace("cap:1.2", "cap:1.1"))
    assert refusal.reason is Reason.SCHEMA
    assert refusal.detail.startswith("Signature: is an extension")
