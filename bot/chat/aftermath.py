"""What follows a broadcast or a tap in groups and channels, put together from its errands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from telegram import Bot

from bot.chat.digest import Digest
from bot.chat.errands import ErrandWorker, Queue
from bot.chat.membership import carry_over
from bot.chat.pinning import Pinning
from bot.chat.services import Services
from bot.chat.tally import Tally
from bot.chat.troubles import Troubles
from bot.domain.errand import Errand, Task
from bot.domain.subscriber import Kind
from bot.pipeline.further import Further

DIGEST_S = 0.1
"""Between two chats: thousands may rise at the same hour, and a broadcast needs the rate."""

Step = Callable[[], Awaitable[None]]


class Aftermath:
    """The workers, one for each kind of errand. `leads`: whether this replica sends broadcasts."""

    def __init__(
        self,
        bot: Bot,
        services: Services,
        queue: Queue,
        further: Further,
        *,
        leads: Callable[[], bool],
    ) -> None:
        self._services = services
        self._further = further
        self._pinning = Pinning(bot, services.pins, services.advisories, services.clock)
        troubles = Troubles(bot, services.contacts, services.chats, services.dialogue)
        digest = Digest(bot, services)
        self._workers = {
            Task.TOLD: ErrandWorker(queue, Task.TOLD, self._follow, may=leads),
            Task.TROUBLE: ErrandWorker(queue, Task.TROUBLE, troubles.tell),
            Task.TALLY: ErrandWorker(queue, Task.TALLY, Tally(bot, services).settle),
            Task.RESTED: ErrandWorker(queue, Task.RESTED, digest.rested, may=leads, gap_s=DIGEST_S),
            Task.DAILY: ErrandWorker(queue, Task.DAILY, digest.daily, may=leads, gap_s=DIGEST_S),
            Task.MOVED: ErrandWorker(queue, Task.MOVED, self._carry_over, gap_s=0),
        }

    @property
    def steps(self) -> Mapping[str, Step]:
        """What is to be run for as long as the bot runs."""
        return {task.value: worker.run for task, worker in self._workers.items()}

    async def _follow(self, errand: Errand) -> float | None:
        """A channel gets its further languages, a group its pin."""
        chat = await self._services.chats.get(errand.chat_id)
        if chat is None or chat.kind is not Kind.CHANNEL:
            return await self._pinning.settle(errand)
        return await self._further.post(chat, errand) if chat.also else None

    async def _carry_over(self, errand: Errand) -> None:
        await carry_over(self._services, errand.chat_id, int(errand.about), is_here=False)
