"""The command line's own rooms, over the bot's Redis and without Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.assembly.judging import build_deciding, build_following, build_gauge, build_review
from bot.config import Settings
from bot.console.hands import Hands
from bot.console.looks import Looks
from bot.domain.operators import Urging
from bot.domain.record import AdvisoryRecord
from bot.loading import load_content
from bot.pipeline.lineage import Lineage
from bot.pipeline.roster import Roster
from bot.rendering.watch import WatchTexts
from bot.storage.opening import open_storage


class _NobodyToAsk:
    """Questions are asked by the bot, which runs elsewhere or will."""

    async def ask(self, record: AdvisoryRecord, *, escalated: bool = False) -> bool:
        return False

    async def urge(self, record: AdvisoryRecord, urging: Urging) -> None:
        """The bot does it."""

    async def tell(self, text_key: str, **values: object) -> None:
        """The bot does it."""


@dataclass(frozen=True, slots=True)
class Console:
    """What a command works with."""

    hands: Hands
    looks: Looks


@asynccontextmanager
async def open_console(settings: Settings) -> AsyncIterator[Console]:
    """Connect to the bot's Redis; raises StorageUnavailable where it does not answer."""
    content = load_content(settings)
    async with open_storage(
        settings.redis_url,
        settings.redis.folder,
        prefix=settings.redis.prefix,
        stream=settings.queue.stream,
        group=settings.queue.group,
        audit_kept=timedelta(days=settings.operators.audit_days),
    ) as storage:
        roster = Roster(storage.operators, settings.admins, content.gazetteer)
        policy = settings.life.policy
        review = build_review(
            settings,
            content,
            storage,
            lineage=Lineage(storage.advisories, content.guidance, policy, storage.clock),
            roster=roster,
            desk=_NobodyToAsk(),
            # The dispatcher looks for work four times a second.
            wake=lambda: None,
        )
        hands = Hands(
            settings,
            content,
            storage,
            roster=roster,
            review=review,
            deciding=build_deciding(storage, review, roster),
            following=build_following(content, storage, review, roster),
        )
        timezone = content.gazetteer.settlements[0].timezone
        looks = Looks(storage, build_gauge(settings, storage), WatchTexts(content.texts, timezone))
        yield Console(hands, looks)
