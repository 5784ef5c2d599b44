"""Death between any two writes of any step: what people see in the end is as if nobody had died.

The process that dies knows nothing afterwards but what Redis holds. Its queue entry comes again,
what stands is said again, and timers are met: as at every start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.domain.life import Purpose
from bot.domain.preferences import Preferences, Quiet
from bot.domain.subscriber import Kind
from bot.formats import parse
from bot.pipeline.review import Arrival
from bot.storage.server import Server
from tests.acceptance.advisories import payload
from tests.integration.pipeline.village import HOUR, KYIV, LVIV, Village, area, village

CLEAR = {"responseType": ["AllClear"], "urgency": "Past", "severity": "Minor"}
SCOPE = {"parameter": [{"valueName": "allClearScope", "value": "stay-near"}]}
BOTH = {"area": [area(KYIV), area(LVIV)]}
MOST_WRITES = 40


class Killed(BaseException):
    """The process is gone: no handler of ours runs any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """What comes: a message made from the first one, or time that passes; and how many hear of it
    before the next step, None for everybody.
    """

    says: Callable[[Village, Any], dict[str, Any]] | None = None
    hours: float = 0
    heard_by: int | None = None


Steps = Sequence[Step]
ALERT = Step(lambda here, _: here.alert("attack"))
WAITS, OPENS, PASSES = Step(hours=4), Step(hours=2), Step(hours=12)


def update(name: str = "second", /, **info: Any) -> Step:
    return Step(lambda here, first: here.after(first, name, info=info))


CANCEL = Step(lambda here, first: here.withdrawal(first, "off"))
LIVES: dict[str, Steps] = {
    "opens and passes": (ALERT, WAITS, OPENS, PASSES),
    "changes a little and is cleared": (ALERT, update(), update("clear", **CLEAR)),
    "rises and is withdrawn": (ALERT, WAITS, update(severity="Extreme"), OPENS, CANCEL),
    "rises, and changes before everybody heard": (
        ALERT,
        replace(update(severity="Extreme"), heard_by=1),
        update("words", severity="Extreme", instruction="Keep your phone charged."),
        PASSES,
    ),
    "widens, is eased, and passes": (
        ALERT,
        update(**BOTH),
        update("eased", **CLEAR, **SCOPE),
        PASSES,
    ),
    "widens, and leaves them out again": (ALERT, update(**BOTH), update("third"), WAITS, OPENS),
    "lapses": (Step(lambda here, _: _endless(here)), Step(hours=31)),
    "is another source's too": (
        ALERT,
        Step(lambda here, _: here.alert("other", sender="b@embassy.example")),
        CANCEL,
        PASSES,
    ),
}


def _endless(here: Village) -> dict[str, Any]:
    alert = here.alert("cold")
    del alert["info"][0]["expires"]
    return alert


@contextmanager
def dies_before_write(number: int) -> Iterator[list[int]]:
    """The process dies before it writes that often; how often it wrote."""
    written = [0]
    run = Server.run

    async def counted(self: Server, *args: Any) -> Any:
        if written[0] == number:
            raise Killed
        written[0] += 1
        return await run(self, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Server, "run", counted)
        yield written


class Player:
    """Plays a life in a village, with one death at most."""

    def __init__(self, here: Village) -> None:
        self.here = here
        self.first: Any = None
        self.told_before = False

    async def begin(self, step: Step) -> Callable[[], Any]:
        """What a step makes of the world; the part of it that may be repeated."""
        here = self.here
        here.clock.now += timedelta(hours=step.hours)
        if step.says is None:
            return here.timekeeper.catch_up
        (advisory,) = parse(payload(step.says(here, self.first))).advisories
        self.first = self.first or advisory
        arrival = Arrival(advisory, here.clock.now, None, signed=False)
        return lambda: here.review.consider(arrival)

    async def play(self, step: Step) -> None:
        await (await self.begin(step))()
        await self.here.deliver(step.heard_by)

    async def play_and_die(self, step: Step, number: int, down: timedelta = timedelta(0)) -> bool:
        """Whether it died before that write; then it is back after so long."""
        act = await self.begin(step)
        with dies_before_write(number), suppress(Killed):
            await act()
            return False
        if down:
            # Another replica has delivered what was stored, and is gone too.
            self.told_before = bool(await self.here.deliver())
            self.here.clock.now += down
        self.here.restart()
        await self.here.review.reassert()
        if step.says is not None:
            await act()
        await self.here.timekeeper.catch_up()
        await self.here.deliver(step.heard_by)
        return True


async def _lived(
    redis: Redis, redis_url: str, steps: Steps, die_at: tuple[int, int] | None
) -> tuple[bool, list[Any]]:
    """Whether it died, and what stands in every chat at the end."""
    await redis.flushall()
    died = False
    async with village(redis_url) as here:
        await here.follow(1)
        await here.follow(2, chosen=Preferences(quiet=Quiet(0, 6 * 60)))
        await here.follow(3, LVIV)
        await here.follow(-5, kind=Kind.GROUP)
        player = Player(here)
        for number, step in enumerate(steps):
            if die_at is not None and die_at[0] == number:
                died = await player.play_and_die(step, die_at[1])
                if not died:
                    return False, []
            else:
                await player.play(step)
        return died, [
            (chat_id, one.purpose, one.mark, one.silent, one.has_buttons, one.answers is not None)
            for chat_id in (1, 2, 3, -5)
            for one in here.of(chat_id)
        ]


@pytest.mark.long
@pytest.mark.parametrize("life", LIVES)
async def test_death_between_two_writes_repeats_nothing_and_loses_nothing(
    redis: Redis, redis_url: str, life: str
) -> None:
    steps = LIVES[life]
    _, expected = await _lived(redis, redis_url, steps, None)
    assert len(expected) > len(steps)
    deaths = 0
    for number in range(len(steps)):
        for write in range(MOST_WRITES):
            died, found = await _lived(redis, redis_url, steps, (number, write))
            if not died:
                break
            deaths += 1
            assert found == expected, f"died in step {number} before write {write}"
        else:
            pytest.fail("more writes than anybody counted")
    assert deaths > 2 * len(steps)


@pytest.mark.long
async def test_death_at_the_announcement_loses_no_timer_however_long_it_lasts(
    redis: Redis, redis_url: str
) -> None:
    opened = []
    for write in range(MOST_WRITES):
        await redis.flushall()
        async with village(redis_url) as here:
            await here.follow(1)
            player = Player(here)
            if not await player.play_and_die(ALERT, write, down=7 * HOUR):
                break
            await player.play(PASSES)
            told = [one.purpose for one in here.of(1)]
            assert told[0] is Purpose.ALERT
            assert told[-1] is Purpose.PASSED
            opened.append(Purpose.WINDOW_OPEN in told)
            # Who was first told when it was open is told nothing new by its opening.
            assert opened[-1] is player.told_before
    assert set(opened) == {True, False}
