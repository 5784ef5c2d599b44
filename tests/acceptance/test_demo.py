"""The Kyiv story tells itself, and a gap in it is a failure."""

from __future__ import annotations

import pytest

from bot.chat.operators.desk import Desk
from bot.demo import stage, story
from bot.demo.kyiv import telling
from bot.demo.story import Listener, Story
from bot.domain.forgery import Reported
from tests.bot_process import forewarn

pytestmark = pytest.mark.alone

MINUTE_S = 60.0


async def test_kyiv_story_is_told_and_ends_well() -> None:
    ended = await forewarn("demo", "--script", "kyiv", "--exit", "--port", "0", within_s=MINUTE_S)
    assert ended.code == 0, ended.output
    for words in (
        "The story is told.",
        "--> XADD advisories: 2-air-attack.json, signed by example-embassy",
        "[James, private, English]",
        "Withdrawn:",
        "answers message",
        "The announced time has begun.",
        "Lasts longer.",
        "Unknown code: KYI-0000",
        "[James] presses [ Report it to the operators ]",
        "NOT OURS",
        "Its time has passed:",
        "was changed and begins: ENDED.",
    ):
        assert words in ended.output
    assert "MISSING" not in ended.output
    assert "NOT SO" not in ended.output
    assert "Traceback" not in ended.output


async def test_story_with_a_message_missing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async def tell(story: Story) -> None:
        user = story.sandbox.world.user("Оксана", "uk")
        story.sandbox.world.start(user)
        listener = Listener("Оксана", user.id)
        await story.expect(listener, "Київ")
        await story.expect(listener, "words that nobody wrote")
        story.require(False, "the moon is made of cheese")

    monkeypatch.setattr(story, "PATIENCE_S", 1.0)
    monkeypatch.setitem(stage.SCRIPTS, "broken", stage.Script(telling.START, tell))
    said: list[str] = []
    assert not await stage.play(script="broken", leave=True, port=0, say=said.append)
    transcript = "\n".join(said)
    assert "[Оксана] MISSING: words that nobody wrote" in transcript
    assert "NOT SO: the moon is made of cheese" in transcript
    assert "The story has gaps." in transcript


async def test_kyiv_story_fails_when_the_operator_is_not_told_of_the_forgery(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lost(_desk: Desk, _reported: Reported) -> bool:
        return False

    monkeypatch.setattr(story, "PATIENCE_S", 2.0)
    monkeypatch.setattr(Desk, "forged", lost)
    said: list[str] = []
    assert not await stage.play(script="kyiv", leave=True, port=0, say=said.append)
    assert any("MISSING  Iryna, operator: a message with NOT OURS" in line for line in said)


async def test_unknown_story_is_named_with_those_there_are() -> None:
    ended = await forewarn("demo", "--script", "odesa")
    assert ended.code != 0
    assert ended.output.strip() == "forewarn: --script: 'odesa' is not a story; write one of kyiv"
