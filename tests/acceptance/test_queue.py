"""What becomes of entries that cannot, or must not, be sent: a dead letter with its reason."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.advisories import alert, info, payload
from tests.acceptance.conftest import Shared
from tests.bot_process import BotProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

XML = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{name}</identifier>
<sender>s@example</sender><sent>{sent}</sent><status>Actual</status><msgType>Alert</msgType>
<scope>Public</scope><info><category>Security</category><event>Attack</event>
<urgency>Expected</urgency><severity>Severe</severity><certainty>Possible</certainty>
<headline>{name}</headline><area><areaDesc>Kyiv</areaDesc><geocode>
<valueName>GEONAMES</valueName><value>{place}</value></geocode></area></info></alert>"""
PART = (
    "<contentObject><xmlContent><embeddedXMLContent>{alert}</embeddedXMLContent></xmlContent>"
    "</contentObject>"
)
WRAPPER = (
    '<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0">'
    "<distributionID>d</distributionID><distributionStatus>Actual</distributionStatus>"
    "{parts}</EDXLDistribution>"
)


async def test_bad_payload_becomes_one_dead_letter_with_reason_and_counter(
    shared: Shared,
) -> None:
    town, bot = shared
    good = payload(town.alert("good"))
    table = [
        ("an entry without a payload", b"", "not_cap"),
        ("an empty payload", b"  ", "not_cap"),
        ("words", b"air attack!", "not_cap"),
        ("broken JSON", b'{"identifier": ', "not_json"),
        ("JSON that is no advisory", b'{"hello": "world"}', "schema"),
        ("broken XML", b"<alert><identifier>", "not_xml"),
        ("XML that holds no alert", b"<html/>", "not_cap"),
        ("a value that CAP does not have", good.replace(b'"Severe"', b'"Bad"'), "enumeration"),
        ("a time without an offset", payload(alert("x", sent="2026-01-01T00:00:00")), "time"),
        ("more than a megabyte", b"{" + b" " * 1_100_000, "too_large"),
        ("bytes that are not UTF-8", b'{"identifier": "\xff"}', "encoding"),
    ]
    person = await town.person("Oksana")
    before = await _counted(bot)
    for _, body, _ in table[1:]:
        await town.publish(body)
    await town.command("XADD", "advisories", "*", "text", "no payload at all")
    await town.publish(good)
    await bot.wait_log("broadcast ended")
    found = await town.dead_letters()
    assert len(found) == len(table)
    letters = {one["payload"]: one for one in found}
    for sentence, body, reason in table:
        letter = letters[body.decode("utf-8", "replace")]
        assert letter["reason"] == reason, (sentence, letter["detail"])
        assert letter["detail"], sentence
        assert datetime.fromisoformat(letter["received"]).tzinfo is not None, sentence
    assert await _counted(bot) - before == Counter(reason for *_, reason in table)
    # Nothing waits to be read again: each was acknowledged or moved.
    await town.storage.queue.caught_up()
    # What is bad holds up nothing behind it.
    assert town.told("good") == {person.id: 1}


async def _counted(bot: BotProcess) -> Counter[str]:
    """Dead letters by reason, as the metrics page counts them."""
    found = re.findall(r'dead_letters_total\{reason="(\w+)"\} (\d+)', await bot.metrics())
    return Counter({reason: int(number) for reason, number in found})


async def test_what_is_not_for_the_public_is_never_sent(shared: Shared) -> None:
    town, bot = shared
    ago = [(datetime.now(UTC) - timedelta(hours=hours)).isoformat() for hours in (1, 2, 3)]
    over = info("over", town.place, expires=ago[0], onset=ago[1])
    earlier = f"s@example,x-1,{ago[1]}"
    table = [
        ("a draft", town.alert("draft", status="Draft"), "not_public"),
        ("an acknowledgement", town.alert("ack", msgType="Ack", references=earlier), "not_public"),
        ("an error", town.alert("error", msgType="Error", references=earlier), "not_public"),
        ("one that was over on arrival", alert("over", info=[over], sent=ago[2]), "expired"),
    ]
    await town.person("Oksana")
    for number, (sentence, advisory, reason) in enumerate(table, 1):
        entry = await town.publish(advisory)
        await bot.wait_log("dead letter", number)
        letter = (await town.dead_letters())[-1]
        assert (letter["entry"], letter["reason"]) == (entry, reason), sentence
        assert letter["payload"] == payload(advisory).decode(), sentence
    assert not town.told("")
    assert len(await town.dead_letters()) == len(table)
    assert not bot.lines("broadcast published")


async def test_exact_repeat_is_published_once(shared: Shared) -> None:
    town, bot = shared
    person = await town.person("Oksana")
    body = payload(town.alert("again"))
    await town.publish(body)
    await town.publish(body)
    await bot.wait_log("broadcast ended")
    await town.publish(body)
    # Whatever else was to come of it comes before the end of a later one.
    await town.publish(town.alert("later"))
    await bot.wait_log("broadcast ended", 2)
    assert len(bot.lines("broadcast published")) == 2
    assert town.told("again") == town.told("later") == {person.id: 1}
    assert not await town.dead_letters()


async def test_exercise_is_marked_at_both_ends_and_silent_while_a_warning_rings(
    shared: Shared,
) -> None:
    town, bot = shared
    oksana = await town.person("Oksana", "uk")
    james = await town.person("James", "en")
    house = await town.group("House")
    await town.publish(town.alert("rehearsal", status="Exercise"))
    await town.publish(town.alert("in earnest"))
    await bot.wait_log("broadcast ended", 2)
    assert [one.silent for one in town.sends("in earnest")] == [False] * 3
    assert {one.chat_id for one in town.sends("rehearsal")} == {oksana.id, james.id, house.id}
    for one in town.sends("rehearsal"):
        first, *_, last = one.text.splitlines()
        assert first == last
        assert ("DRILL" if one.chat_id == james.id else "НАВЧАННЯ") in first.upper()
        assert one.silent


async def test_wrapper_with_one_bad_alert_delivers_the_others(shared: Shared) -> None:
    town, bot = shared
    person = await town.person("Oksana")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    alerts = [
        XML.format(name="w-1", sent=now, place=town.place),
        XML.format(name="w-2", sent=now.replace("+00:00", ""), place=town.place),
        XML.format(name="w-3", sent=now, place=town.place),
    ]
    wrapper = WRAPPER.format(parts="".join(PART.format(alert=one) for one in alerts))
    await town.publish(wrapper.encode())
    await bot.wait_log("broadcast ended", 2)
    assert town.told("w-1") == town.told("w-3") == {person.id: 1}
    (letter,) = await town.dead_letters()
    assert letter["reason"] == "time"
    assert "w-2" in letter["payload"]
    assert "w-1" not in letter["payload"]
