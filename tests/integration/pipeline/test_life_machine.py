"""Any order of messages, time, newcomers and restarts: what every reader sees is right.

Never an all-clear before its alert, never an alarm after the end, never two live messages, nobody
corrected who was not told, everybody corrected who was. Against a real Redis.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.domain.advisory import Advisory, Severity
from bot.domain.life import ENDINGS, Purpose
from bot.domain.preferences import Follow, Preferences, Quiet
from bot.rendering.notice import LIVE
from bot.storage.connection import connect
from tests.integration.pipeline.village import (
    HOUR,
    KYIV,
    LVIV,
    Shown,
    Village,
    area,
    reference,
    village,
)

T = TypeVar("T")
CLEAR = {"responseType": ["AllClear"], "urgency": "Past", "severity": "Minor"}
SCOPE = {"parameter": [{"valueName": "allClearScope", "value": "stay-near"}]}
WRONG = {"parameter": [{"valueName": "updateKind", "value": "correction"}]}
CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"severity": "Extreme"},
    {"event": "Missile attack"},
    WRONG,
    {"area": [area(KYIV), area(LVIV)]},
    {"area": [area(LVIV)]},
    {"severity": "Extreme", "area": [area(LVIV)]},
)
AHEAD_H = (2, 12)
LASTS_H = (4, 12)
DOWN_H = 24
"""Longer stretches than this pass with a dispatcher that delivers."""
ALL, SLEEPER = Preferences(), Preferences(quiet=Quiet(22 * 60, 7 * 60))
HOME = {1: KYIV, 2: KYIV, 3: LVIV}
GRAVE = Follow(least=Severity.EXTREME)
CHOICES = (ALL, SLEEPER, Preferences(places={KYIV: GRAVE, LVIV: GRAVE}))
SOURCES_WORD = {Purpose.CANCEL, Purpose.ALL_CLEAR}


class Machine(RuleBasedStateMachine):
    url = ""
    here: Village

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.first: Advisory
        self.window: dict[str, str] = {}
        self.area = {KYIV}
        self.moved: set[int] = set()
        self.names = 0
        self.ended: Purpose | None = None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    async def _open(self) -> Village:
        client = connect(self.url)
        await client.flushall()
        await client.aclose()
        here = await self.stack.enter_async_context(village(self.url))
        for chat_id, place in HOME.items():
            await here.follow(chat_id, place, chosen=SLEEPER if chat_id == 2 else ALL)
        return here

    def _name(self) -> str:
        self.names += 1
        return f"m{self.names}"

    def _window(self, ahead: int, lasts: int) -> dict[str, str]:
        now = self.here.clock.now.replace(microsecond=0)
        return {
            "onset": (now + ahead * HOUR).isoformat(),
            "expires": (now + (ahead + lasts) * HOUR).isoformat(),
        }

    @initialize(ahead=st.sampled_from(AHEAD_H), lasts=st.sampled_from(LASTS_H))
    def announce(self, ahead: int, lasts: int) -> None:
        self.here = self.run(self._open())
        self.window = self._window(ahead, lasts)
        alert = self.here.alert(self._name(), info=self.window | {"area": [area(KYIV)]})
        self.first = self.run(self.here.receive(alert))

    def _update(self, info: dict[str, Any]) -> None:
        info = self.window | {"area": [area(one) for one in sorted(self.area)]} | info
        self.area = {one["areaDesc"] for one in info["area"]}
        # It names the first version, whichever is the newest.
        self.run(self.here.receive(self.here.after(self.first, self._name(), info=info)))

    @precondition(lambda self: not self.ended)
    @rule(
        change=st.sampled_from(CHANGES),
        ahead=st.sampled_from(AHEAD_H),
        lasts=st.sampled_from(LASTS_H),
    )
    def update(self, change: dict[str, Any], ahead: int, lasts: int) -> None:
        self.window = self._window(ahead, lasts)
        self._update(change)

    @precondition(lambda self: not self.ended and not self._is_over())
    @rule(change=st.sampled_from(CHANGES))
    def update_within_the_window(self, change: dict[str, Any]) -> None:
        self._update(change)

    def _is_over(self) -> bool:
        return datetime.fromisoformat(self.window["expires"]) <= self.here.clock.now

    @precondition(lambda self: not self.ended)
    @rule()
    def ease(self) -> None:
        where = {"area": [area(one) for one in sorted(self.area)]}
        info = self._window(2, 4) | CLEAR | SCOPE | where
        eased = self.here.after(self.first, self._name(), info=info)
        self.run(self.here.receive(eased))

    @precondition(lambda self: not self.ended)
    @rule(withdraw=st.booleans())
    def end(self, withdraw: bool) -> None:
        name = self._name()
        if withdraw:
            said = self.here.withdrawal(self.first, name)
        else:
            said = self.here.alert(
                name,
                msgType="Update",
                references=reference(self.first),
                info=self._window(2, 4) | CLEAR | {"area": [area(KYIV), area(LVIV)]},
            )
        self.run(self.here.receive(said))
        self.ended = Purpose.CANCEL if withdraw else Purpose.ALL_CLEAR

    @rule(hours=st.sampled_from([0.5, 2, 7, 40]))
    def time_passes(self, hours: float) -> None:
        if self.ended or hours > DOWN_H:
            # Those who were told are sought for a time, not for ever.
            self.deliver()
        self.run(self.here.pass_time(timedelta(hours=hours)))

    @rule(
        chat_id=st.sampled_from([3, 4, 5]),
        place=st.sampled_from([KYIV, LVIV]),
        chosen=st.sampled_from(CHOICES),
    )
    def follow(self, chat_id: int, place: str, chosen: Preferences) -> None:
        self.moved.add(chat_id)
        self.run(self.here.follow(chat_id, place, chosen=chosen))

    @rule(chat_id=st.sampled_from([2, 3, 4, 5]))
    def wake_up(self, chat_id: int) -> None:
        self.run(self._wake_up(chat_id))

    async def _wake_up(self, chat_id: int) -> None:
        chat = await self.here.storage.chats.get(chat_id)
        if chat is not None:
            await self.here.live.tell(chat, await self.here.live.held(chat))

    @rule()
    def restart(self) -> None:
        self.here.restart()
        self.run(self.here.review.reassert())

    @rule(most=st.sampled_from([1, 2]))
    def deliver_a_little(self, most: int) -> None:
        self._check_new(self.run(self.here.deliver(most)))

    @rule()
    def deliver(self) -> None:
        self._check_new(self.run(self.here.deliver()))
        self._check_settled()

    def _check_new(self, sent: list[Shown]) -> None:
        for one in sent:
            before = [o for o in self.here.sent if o.chat_id == one.chat_id and o.id < one.id]
            told = any(o.purpose in LIVE for o in before)
            if one.purpose not in LIVE:
                assert told, f"{one.purpose} for somebody who was never told"
            if self.ended:
                assert one.purpose not in LIVE, "an alarm after the end"
            if one.purpose in SOURCES_WORD:
                assert one.purpose is self.ended, "another end than the source's"
                assert one.purpose not in [o.purpose for o in before], "ended twice"

    def _check_settled(self) -> None:
        for chat_id in range(1, 6):
            sent = [one for one in self.here.sent if one.chat_id == chat_id]
            live = [one for one in self.here.of(chat_id) if one.is_live]
            assert len(live) <= 1, "two live messages"
            if not self.ended and not self._is_over() and HOME.get(chat_id) in self.area:
                sleeps = chat_id == 2 or chat_id in self.moved
                assert live or sleeps, "somebody who is concerned has no live message"
            assert all(
                one.has_buttons == one.is_live
                for one in self.here.of(chat_id)
                if one.purpose in LIVE
            )
            if self.ended and any(one.purpose in LIVE for one in sent):
                assert self.ended in [one.purpose for one in sent], "not everybody heard the end"
            if live and chat_id not in self.moved:
                # Whoever was left out reads that it is over, and nothing else.
                assert HOME[chat_id] in self.area, "a warning that is for others is live"
            if self.ended or (sent and sent[-1].purpose in ENDINGS):
                assert not live, "what has ended is live"

    def teardown(self) -> None:
        try:
            if hasattr(self, "here"):
                self.deliver()
        finally:
            self.run(self.stack.aclose())
            self.runner.close()


@pytest.mark.long
def test_life_is_right_for_every_reader_in_any_order(redis_url: str) -> None:
    class Here(Machine):
        url = redis_url

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            # A failing run says enough; shrinking against a server takes minutes.
            phases=(Phase.generate,),
            database=None,
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
