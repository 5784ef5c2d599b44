"""What the chat works with, built once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from bot.assembly.judging import build_deciding, build_following
from bot.chat.context import App
from bot.chat.menus import set_menu
from bot.chat.operators.desk import Desk
from bot.chat.operators.office import Office, Terms
from bot.chat.services import Services
from bot.config import Settings
from bot.content.places import suggest
from bot.domain.advisory import Severity
from bot.domain.trust import Source
from bot.loading import Content
from bot.pipeline.drill_calendar import DrillCalendar
from bot.pipeline.lineage import Lineage
from bot.pipeline.live import Live
from bot.pipeline.notices import Notices
from bot.pipeline.progress import Gauge
from bot.pipeline.publishing import Publishing
from bot.pipeline.review import Review
from bot.pipeline.roster import Roster
from bot.pipeline.voices import Voices
from bot.rendering.advisory import Renderer
from bot.rendering.card import Cards
from bot.rendering.dialogue import Dialogue
from bot.rendering.drill import DrillCards
from bot.rendering.followup import FollowUps
from bot.rendering.household import HouseholdMenu
from bot.rendering.offline import Offline
from bot.rendering.operator import OperatorTexts
from bot.rendering.pages import Pages
from bot.rendering.progress import ProgressTexts
from bot.rendering.rollcall import RollCallTexts
from bot.rendering.settings import SettingsTexts
from bot.rendering.shelter import ShelterTexts
from bot.rendering.status import StatusTexts
from bot.rendering.ticklist import TickLists
from bot.rendering.watch import WatchTexts
from bot.storage.opening import Storage


def chat_services(
    settings: Settings,
    content: Content,
    storage: Storage,
    application: App,
    *,
    lineage: Lineage,
    sources: Mapping[str, Source],
    notices: Notices,
    renderer: Renderer,
    review: Review,
    roster: Roster,
    publishing: Publishing,
    desk: Desk,
    gauge: Gauge,
    progress_texts: ProgressTexts,
    wake: Callable[[], None],
) -> Services:
    """Everything that a handler may need."""
    live = Live(
        advisories=storage.advisories,
        broadcasts=storage.broadcasts,
        clock=storage.clock,
        wake=wake,
    )
    dialogue = Dialogue(content.texts, content.gazetteer)
    follow_ups = FollowUps(content.texts, content.guidance)
    timezone = content.gazetteer.settlements[0].timezone
    cards = Cards(content.texts, content.gazetteer, content.guidance, content.templates, timezone)
    drill_cards = DrillCards(content.texts, cards, settings.drills.pause)
    return Services(
        chats=storage.chats,
        checklists=storage.checklists,
        questions=storage.questions,
        shelters=storage.shelters,
        contacts=storage.contacts,
        pins=storage.pins,
        errands=storage.errands,
        rollcalls=storage.rollcalls,
        channels=storage.channels,
        advisories=storage.advisories,
        forgeries=storage.forgeries,
        live=live,
        voices=Voices(
            advisories=storage.advisories,
            lineage=lineage,
            notices=notices,
            guidance=content.guidance,
            gazetteer=content.gazetteer,
            sources=sources,
            contacts=storage.source_contacts,
            clock=storage.clock,
        ),
        review=review,
        notices=notices,
        renderer=renderer,
        gazetteer=content.gazetteer,
        suggest=suggest,
        dialogue=dialogue,
        status_texts=StatusTexts(content.texts, content.guidance, dialogue),
        settings_texts=SettingsTexts(content.texts, content.guidance, dialogue),
        tick_lists=tick_lists(settings, content),
        household_menu=HouseholdMenu(content.texts, content.guidance),
        shelter_texts=ShelterTexts(content.texts),
        operator_texts=OperatorTexts(content.texts),
        offline=Offline(
            content.texts,
            content.guidance,
            content.emergency,
            settings.guidance.days,
            settings.guidance.profile,
        ),
        rollcall_texts=RollCallTexts(content.texts, content.emergency),
        rollcall_minutes=settings.groups.rollcall_minutes,
        clock=storage.clock,
        office=Office(
            roster=roster,
            operators=storage.operators,
            drafts=storage.drafts,
            audit=storage.audit,
            contacts=storage.source_contacts,
            asked=storage.asked,
            publishing=publishing,
            desk=desk,
            notices=notices,
            counts=storage.chats,
            guidance=content.guidance,
            templates=content.templates,
            cards=cards,
            drill_cards=drill_cards,
            drill_steps=storage.drill_steps,
            calendar=DrillCalendar(
                settings.drills.scheduled,
                announce=timedelta(hours=settings.drills.announce_hours),
                pause=settings.drills.pause,
                plans=storage.drill_plans,
                drafts=storage.drafts,
                publishing=publishing,
                steps=storage.drill_steps,
                templates=content.templates,
                cards=drill_cards,
                desk=desk,
                once=storage.asked,
                audit=storage.audit,
                clock=storage.clock,
            ),
            follow_ups=follow_ups,
            deciding=build_deciding(storage, review, roster),
            following=build_following(content, storage, review, roster),
            pages=Pages(content.texts, content.gazetteer, timezone),
            gauge=gauge,
            progress_notes=storage.progress,
            progress_texts=progress_texts,
            watch=storage.watch,
            watch_texts=WatchTexts(content.texts, timezone),
            terms=Terms(
                two_people_above=Severity(settings.trust.two_people_above),
                free_rate=settings.delivery.rate,
                paid_rate=settings.delivery.paid.rate,
                is_paid_on=settings.delivery.paid.enabled,
                invitation_lasts=timedelta(hours=settings.operators.invitation_hours),
                drill_pause=settings.drills.pause,
            ),
            source_names={key: source.name for key, source in sources.items()},
            set_menu=partial(set_menu, application.bot, content.texts),
        ),
    )


def tick_lists(settings: Settings, content: Content) -> TickLists:
    """What each chat has on its list."""
    return TickLists(
        content.texts,
        content.guidance,
        content.gazetteer,
        days=settings.guidance.days,
        profile=settings.guidance.profile,
    )
