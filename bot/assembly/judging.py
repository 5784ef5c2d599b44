"""What judges and accounts, built for the bot and for the command line alike."""

from __future__ import annotations

from collections.abc import Callable

from bot.config import Settings
from bot.domain.advisory import Severity
from bot.domain.operators import SOURCE
from bot.domain.trust import Source
from bot.formats.signature import derived_key, public_key
from bot.loading import Content
from bot.pipeline.deciding import Deciding
from bot.pipeline.following import Following
from bot.pipeline.lineage import Lineage
from bot.pipeline.ports import Desk
from bot.pipeline.progress import Gauge
from bot.pipeline.review import Review, Rules
from bot.pipeline.roster import Roster
from bot.rendering.followup import FollowUps
from bot.storage.opening import Storage


def build_review(
    settings: Settings,
    content: Content,
    storage: Storage,
    *,
    lineage: Lineage,
    roster: Roster,
    desk: Desk,
    wake: Callable[[], None],
) -> Review:
    """What judges, and publishes what may go out: in the bot and at the command line."""
    return Review(
        advisories=storage.advisories,
        broadcasts=storage.broadcasts,
        timers=storage.timers,
        lineage=lineage,
        policy=settings.life.policy,
        gazetteer=content.gazetteer,
        sources=all_sources(settings),
        unsigned=settings.trust.unsigned,
        roster=roster,
        authors=storage.drafts,
        rules=Rules(Severity(settings.trust.two_people_above), settings.operators.patience),
        desk=desk,
        clock=storage.clock,
        wake=wake,
    )


def build_deciding(storage: Storage, review: Review, roster: Roster) -> Deciding:
    """What decides about what waits."""
    return Deciding(
        advisories=storage.advisories,
        review=review,
        roster=roster,
        audit=storage.audit,
        clock=storage.clock,
    )


def build_following(
    content: Content, storage: Storage, review: Review, roster: Roster
) -> Following:
    """What ends, halts and resumes a warning."""
    return Following(
        steering=storage.broadcasts,
        roster=roster,
        review=review,
        drafts=storage.drafts,
        guidance=content.guidance,
        templates=content.templates,
        follow_ups=FollowUps(content.texts, content.guidance),
        audit=storage.audit,
        clock=storage.clock,
    )


def build_gauge(settings: Settings, storage: Storage) -> Gauge:
    """What tells how far a broadcast is; the command line asks it too."""
    return Gauge(
        broadcasts=storage.broadcasts,
        notes=storage.progress,
        pace=storage.pace,
        advisories=storage.advisories,
        audit=storage.audit,
        terms=settings.delivery.paid.terms,
        clock=storage.clock,
    )


def operators_key(settings: Settings) -> str:
    """The private key of the operators' own source: every replica, and the command line, has it."""
    return derived_key(settings.token, "operators")


def all_sources(settings: Settings) -> dict[str, Source]:
    """The configured sources, and the one under which operators publish."""
    own = Source(
        key=SOURCE,
        name=settings.operators.name,
        kind="operator",
        public_key=public_key(operators_key(settings)),
    )
    return {**settings.known_sources, SOURCE: own}
