"""How much a chat or a person may ask, on a clock that the test moves."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Update

from bot.chat.flood import GROUP, PERSON, Allowance, Answer, Buckets, Gate

SMALL = Allowance(burst=4, every_s=2)


def asked(gate: Gate, update: dict[str, Any], times: int) -> list[Answer]:
    read = Update.de_json({"update_id": 1, **update}, None)
    return [gate.weigh(read, "forewarn_bot") for _ in range(times)]


def message(text: str, *, chat: int, user: int = 5, is_bot: bool = False) -> dict[str, Any]:
    kind = "private" if chat > 0 else "supergroup"
    body: dict[str, Any] = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": chat, "type": kind, "title": "House 7"},
        "from": {"id": user, "is_bot": is_bot, "first_name": "Somebody"},
        "text": text,
    }
    if text.startswith("/"):
        body["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return {"message": body}


def test_one_polite_answer_then_silence_until_it_is_calm() -> None:
    buckets = Buckets(SMALL)
    seen = [buckets.take("a", 0.0) for _ in range(7)]
    assert seen == [Answer.PASS] * 4 + [Answer.SAY] + [Answer.SILENT] * 2
    assert [buckets.take("a", 2.0), buckets.take("a", 2.0)] == [Answer.PASS, Answer.SILENT]
    assert [buckets.take("a", 12.0) for _ in range(5)] == [Answer.PASS] * 4 + [Answer.SAY]


def test_buckets_are_bounded_and_the_least_used_goes_first() -> None:
    buckets = Buckets(SMALL, most=100)
    for key in range(10_000):
        buckets.take(key, 0.0)
    assert len(buckets) == 100


def test_one_who_floods_keeps_nobody_else_silent() -> None:
    gate = Gate({"status", "city"}, clock=lambda: 0.0)
    assert asked(gate, message("/status", chat=7, user=7), 50)[-1] is Answer.SILENT
    assert asked(gate, message("/status", chat=8, user=8), 1) == [Answer.PASS]


def test_members_of_a_group_have_one_allowance_together() -> None:
    gate = Gate({"status", "city"}, clock=lambda: 0.0)
    seen = [asked(gate, message("/status", chat=-1, user=n), 1)[0] for n in range(1, 15)]
    assert seen.count(Answer.PASS) == GROUP.burst
    assert seen.count(Answer.SAY) == 1
    assert asked(gate, message("/status", chat=-2), 1) == [Answer.PASS]


def test_one_member_leaves_room_for_the_others_and_many_get_one_answer_together() -> None:
    gate = Gate({"status", "city"}, clock=lambda: 0.0)
    flood = asked(gate, message("/status", chat=-1, user=1), 30)
    assert flood[:5] == [Answer.PASS] * 4 + [Answer.SAY]
    assert set(flood[5:]) == {Answer.SILENT}
    assert asked(gate, message("/city", chat=-1, user=2), 2) == [Answer.PASS, Answer.SILENT]


def test_anonymous_administrators_are_not_taken_for_one_person() -> None:
    gate = Gate({"status", "city"}, clock=lambda: 0.0)
    for chat in range(-20, 0):
        anonymous = message("/status", chat=chat, user=1087968824, is_bot=True)
        assert asked(gate, anonymous, 1) == [Answer.PASS]


@pytest.mark.parametrize(
    "update",
    [
        pytest.param(message("good morning", chat=-1), id="talk in a group"),
        pytest.param(message("/city@other_bot Kyiv", chat=-1), id="another bot's command"),
        pytest.param(message("/frobnicate", chat=-1), id="no command of ours"),
        pytest.param(
            {"message": {**message("", chat=-1)["message"], "migrate_to_chat_id": -100}},
            id="a move",
        ),
    ],
)
def test_what_nobody_asked_is_not_counted(update: dict[str, Any]) -> None:
    gate = Gate({"status", "city"}, clock=lambda: 0.0)
    assert set(asked(gate, update, 100)) == {Answer.PASS}


def test_presses_of_a_large_group_are_counted_for_each_member() -> None:
    gate = Gate({"status", "city"}, clock=lambda: 0.0)

    def press(user: int) -> dict[str, Any]:
        body = message("Roll-call", chat=-1)["message"]
        sender = {"id": user, "is_bot": False, "first_name": "Member"}
        return {"callback_query": {"id": "1", "from": sender, "chat_instance": "1",
                                   "message": body, "data": "x"}}  # fmt: skip

    assert {asked(gate, press(user), 1)[0] for user in range(1, 1000)} == {Answer.PASS}
    assert asked(gate, press(5000), PERSON.burst + 2)[-2:] == [Answer.SAY, Answer.SILENT]
