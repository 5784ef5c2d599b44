"""Whatever arrives: advisories or refusals, never another error; what is read survives JSON."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.domain import advisory as cap
from bot.formats import Reason, Refused, parse

Model = TypeVar("Model", bound=BaseModel)
SAMPLES = [path.read_bytes() for path in (Path(__file__).parents[2] / "samples/cap").iterdir()]

text = (
    st.text(
        st.characters(
            codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"
        ),
        min_size=1,
        max_size=20,
    )
    .filter(lambda value: value.strip() != "")
    .map(str.strip)
)
maybe_text = st.none() | text
token = st.from_regex(r"[\w.:@/]{1,20}", fullmatch=True)
degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def times(draw: st.DrawFn) -> datetime:
    zone = timezone(timedelta(minutes=draw(st.integers(-14 * 60, 14 * 60))))
    first, last = datetime(1901, 1, 1), datetime(9997, 1, 1)  # noqa: DTZ001
    return draw(st.datetimes(first, last, timezones=st.just(zone))).replace(microsecond=0)


def built(model: type[Model], **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Model]:
    return st.fixed_dictionaries(parts).map(lambda values: model(**values))


def several(items: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, max_size=3).map(tuple)


rings = st.lists(degrees, min_size=3, max_size=6).map(lambda ring: (*ring, ring[0]))
circles = st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 20_000))
named = built(cap.NamedValue, value_name=text, value=st.just("") | text)
references = built(
    cap.Reference, sender=token, identifier=token.map("earlier-{}".format), sent=times()
)
areas = built(
    cap.Area,
    area_desc=text,
    polygon=several(rings),
    circle=several(circles),
    geocode=several(named),
    altitude=numbers,
    ceiling=numbers,
)
resources = built(
    cap.Resource,
    resource_desc=text,
    mime_type=maybe_text,
    size=st.none() | st.integers(0, 2**63 - 1),
    uri=maybe_text,
    deref_uri=maybe_text,
    digest=maybe_text,
)
infos = built(
    cap.Info,
    language=st.from_regex(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,4})?", fullmatch=True),
    category=st.lists(st.sampled_from(cap.Category), min_size=1, max_size=3).map(tuple),
    event=text,
    response_type=several(st.sampled_from(cap.ResponseType)),
    urgency=st.sampled_from(cap.Urgency),
    severity=st.sampled_from(cap.Severity),
    certainty=st.sampled_from(cap.Certainty),
    audience=maybe_text,
    event_code=several(named),
    onset=st.none() | times(),
    sender_name=maybe_text,
    headline=maybe_text,
    description=maybe_text,
    instruction=maybe_text,
    web=maybe_text,
    contact=maybe_text,
    parameter=several(named),
    resource=several(resources),
    area=several(areas),
)
advisories = built(
    cap.Advisory,
    identifier=token,
    sender=token,
    sent=times(),
    status=st.sampled_from(cap.Status),
    msg_type=st.sampled_from(cap.MsgType),
    source=maybe_text,
    scope=st.sampled_from(cap.Scope),
    restriction=maybe_text,
    addresses=several(text),
    code=several(text),
    note=maybe_text,
    references=st.lists(references, min_size=1, max_size=3).map(tuple),
    incidents=several(text),
    info=several(infos),
)


@settings(max_examples=50, deadline=None)
@given(advisories)
def test_advisory_survives_its_json_form(advisory: cap.Advisory) -> None:
    written = advisory.to_json()
    (again,) = parse(written).advisories
    assert again.model_copy(update={"raw": b""}) == advisory
    assert again.id == advisory.id
    assert again.raw == written


def _is_parsed_or_refused(payload: bytes) -> None:
    parsed = parse(payload)
    assert parsed.advisories or parsed.refusals
    for refusal in parsed.refusals:
        assert isinstance(refusal, Refused)
        assert isinstance(refusal.reason, Reason)
        assert refusal.detail.isprintable()


@settings(max_examples=200, deadline=None)
@given(st.binary() | st.text().map(lambda value: value.encode("utf-8", "surrogatepass")))
@example(b"\xff\xfe")
@example(b"<a><![CDATA[")
@example(b'{"' + b'\\"' * 500_000)
@example(b"<?xml " * 170_000)
@example(b'{"info":[' + b"{}," * 300_000 + b"{}]}")
def test_any_bytes_are_parsed_or_refused(payload: bytes) -> None:
    _is_parsed_or_refused(payload)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_damaged_message_is_parsed_or_refused(sample: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(len(sample), start + 40)))
    _is_parsed_or_refused(sample[:start] + data.draw(st.binary(max_size=8)) + sample[end:])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_value_in_any_place_is_parsed_or_refused(data: st.DataObject) -> None:
    message = json.loads(next(sample for sample in SAMPLES if sample.startswith(b"{")))
    part = message
    while True:
        name = data.draw(st.sampled_from(sorted(part)))
        inner = part[name][0] if isinstance(part[name], list) else None
        if not isinstance(inner, dict) or data.draw(st.booleans()):
            break
        part = inner
    part[name] = data.draw(json_values)
    _is_parsed_or_refused(json.dumps(message).encode())
