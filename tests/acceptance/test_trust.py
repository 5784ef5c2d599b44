"""Who may speak: what waits for a person, what is refused, and what a signature opens."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from bot.formats.signature import public_key, sign
from bot.sandbox.chats import User
from bot.sandbox.messages import Message
from tests.acceptance.advisories import LVIV_OBLAST, alert, cancel, info, payload
from tests.acceptance.town import Town

PRIVATE_KEY = b64encode(secrets.token_bytes(32)).decode()
APPROVE, REJECT = "Approve: publish now", "Reject: do not publish"
EDIT = "Edit: write it anew"


def _operator(town: Town) -> User:
    """Somebody of BOT_ADMINS who has pressed Start and follows nothing."""
    operator = town.world.user("Olena", "en")
    town.world.private_chat(operator).started = True
    return operator


def _settings(
    operator: User, unsigned: str = "review", limits: Mapping[str, object] | None = None
) -> dict[str, str]:
    embassy = {"name": "Example Embassy", "public_key": public_key(PRIVATE_KEY)}
    return {
        "BOT_TRUST__UNSIGNED": unsigned,
        "BOT_ADMINS": json.dumps([operator.id]),
        "BOT_SOURCES": json.dumps({"embassy": {**embassy, **(limits or {})}}),
    }


async def _question(town: Town, operator: User, headline: str) -> Message:
    return await town.world.wait_for(
        lambda one: headline in one.text and APPROVE in one.button_texts, chat_id=operator.id
    )


async def _press(town: Town, user: User, message: Message, button: str) -> dict[str, Any]:
    pressed = town.world.press(user, message.chat.id, message.id, text=button)
    return await town.world.wait_answer(pressed)


async def test_operator_decides_what_an_unsigned_advisory_becomes(town: Town) -> None:
    person, operator = await town.person("Oksana"), _operator(town)
    stranger = town.world.user("Stranger", "en")
    async with town.bot(**_settings(operator)):
        for name in ("approved one", "rejected one"):
            await town.publish(alert(name))
        good = await _question(town, operator, "approved one")
        bad = await _question(town, operator, "rejected one")
        assert {APPROVE, EDIT, REJECT} == set(good.button_texts)
    # A restart keeps what waits, and asks nobody twice.
    async with town.bot(**_settings(operator)) as bot:
        # A stranger's press is answered, changes nothing, and leaves the buttons.
        for button in (APPROVE, REJECT):
            answer = await _press(town, stranger, good, button)
            assert "Only operators" in answer["text"]
        await _press(town, operator, bad, REJECT)
        await _press(town, operator, good, APPROVE)
        await bot.wait_log("broadcast ended")
        assert not bot.complaints
        assert len(bot.lines("broadcast published")) == 1
        assert "approved by Olena" in town.world.message(operator.id, good.id).text
        assert "rejected by Olena" in town.world.message(operator.id, bad.id).text
    asked = [one for one in town.world.messages(operator.id) if APPROVE in one.button_texts]
    assert not asked
    assert {one.chat_id for one in town.sends("approved one")} == {operator.id, person.id}
    assert person.id not in town.told("rejected one")
    assert not await town.dead_letters()


async def test_unsigned_advisory_is_a_dead_letter_where_it_is_refused(town: Town) -> None:
    person, operator = await town.person("Oksana"), _operator(town)
    signed = payload(alert("signed"))
    async with town.bot(**_settings(operator, "refuse")) as bot:
        await town.publish(alert("unsigned"))
        await bot.wait_log("dead letter")
        await town.publish(signed, source="embassy", signature=sign(signed, PRIVATE_KEY))
        await bot.wait_log("broadcast ended")
    (letter,) = await town.dead_letters()
    assert letter["reason"] == "trust"
    assert "unsigned" in letter["detail"]
    assert town.told("unsigned") == {}
    assert town.told("signed") == {person.id: 1}


async def test_signature_of_a_known_source_decides_what_goes_out(town: Town) -> None:
    person, operator = await town.person("Oksana"), _operator(town)
    good, other = payload(alert("signed")), payload(alert("other"))
    wrong = payload(alert("forged"))
    away = payload(alert("away", LVIV_OBLAST))
    extreme = payload(alert("extreme", info=[info("extreme", severity="Extreme")]))
    stranger = payload(alert("stranger"))
    other_key = b64encode(secrets.token_bytes(32)).decode()
    table = [
        ("a signature over other bytes", wrong, "embassy", sign(other, PRIVATE_KEY), "signature"),
        ("a signature by another key", wrong, "embassy", sign(wrong, other_key), "signature"),
        ("a signature that is none", wrong, "embassy", "nonsense", "signature"),
        ("a place that is not the source's", away, "embassy", sign(away, PRIVATE_KEY), ""),
        ("a severity above its limit", extreme, "embassy", sign(extreme, PRIVATE_KEY), ""),
        ("a source nobody knows", stranger, "ministry", sign(stranger, PRIVATE_KEY), ""),
    ]
    limits = {"places": ["703448"], "max_severity": "Severe"}
    async with town.bot(**_settings(operator, limits=limits)) as bot:
        for _, body, source, signature, _ in table:
            await town.publish(body, source=source, signature=signature)
        await town.publish(good, source="embassy", signature=sign(good, PRIVATE_KEY))
        await bot.wait_log("broadcast ended")
        waiting = ("away", "extreme", "stranger")
        for name in waiting:
            await _question(town, operator, name)
        assert len(bot.lines("broadcast published")) == 1
        assert not bot.complaints
    assert town.told("signed") == {person.id: 1}
    letters = await town.dead_letters()
    assert [one["reason"] for one in letters] == [row[4] for row in table if row[4]]
    assert person.id not in {
        one.chat_id for name in ("forged", *waiting) for one in town.sends(name)
    }


async def test_cancel_by_another_sender_waits_for_a_person(town: Town) -> None:
    person, operator = await town.person("Oksana"), _operator(town)
    original = alert("genuine")
    async with town.bot(**_settings(operator, "publish")) as bot:
        await town.publish(original)
        await bot.wait_log("broadcast ended")
        await town.publish(cancel(original, "forged withdrawal", sender="someone@else.example"))
        question = await town.world.wait_for(
            lambda one: APPROVE in one.button_texts, chat_id=operator.id
        )
        await _press(town, operator, question, REJECT)
        # It still stands: whoever comes now is told.
        newcomer = town.world.user("Newcomer")
        town.world.start(newcomer, "c_703448")
        await town.world.wait_for("genuine", chat_id=newcomer.id)
        await town.publish(cancel(original, "true withdrawal"))
        await town.until_told("true withdrawal", 2)
    assert set(town.told("true withdrawal")) == {person.id, newcomer.id}
    assert {one.chat_id for one in town.sends("forged withdrawal")} <= {operator.id}
