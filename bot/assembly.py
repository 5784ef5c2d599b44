"""Every room, built once and put together; nothing here decides or runs anything."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.aftermath import Aftermath
from bot.chat.context import App
from bot.chat.desk import Desk
from bot.chat.handlers import add_handlers
from bot.chat.services import Services
from bot.config import ConfigurationError, Settings
from bot.content.emergency import Emergency, EmergencyError, load_emergency
from bot.content.guidance import GuidanceError, load_guidance
from bot.content.places import load as load_places
from bot.content.places import suggest
from bot.content.texts import Texts, TextsError
from bot.domain.gazetteer import Gazetteer
from bot.domain.guidance import GuidanceBook
from bot.pipeline.backlog import Backlog
from bot.pipeline.courier import Courier
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.further import Further
from bot.pipeline.intake import Intake
from bot.pipeline.letters import Letters
from bot.pipeline.live import Live
from bot.pipeline.notices import Notices
from bot.pipeline.paying import Paying
from bot.pipeline.ports import Sender
from bot.pipeline.recorder import Recorder
from bot.pipeline.register import Register
from bot.pipeline.review import Review
from bot.pipeline.role import Tenure
from bot.pipeline.sending import Sending
from bot.rendering.advisory import Renderer
from bot.rendering.dialogue import Dialogue
from bot.rendering.household import HouseholdMenu
from bot.rendering.offline import Offline
from bot.rendering.operator import OperatorTexts
from bot.rendering.rollcall import RollCallTexts
from bot.rendering.shelter import ShelterTexts
from bot.rendering.ticklist import TickLists
from bot.storage.opening import Storage
from bot.telegram.pacer import Pacer
from bot.telegram.stars import StarBalance
from bot.web.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Content:
    """What is shipped as data, loaded and checked."""

    texts: Texts
    guidance: GuidanceBook
    emergency: Emergency
    gazetteer: Gazetteer


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application runs."""

    dispatcher: Dispatcher
    review: Review
    intake: Intake
    aftermath: Aftermath


def load_content(settings: Settings) -> Content:
    """Load texts, guidance and places; raises ConfigurationError for a setting they refuse."""
    try:
        texts = Texts.load()
        guidance = load_guidance(texts.languages)
        emergency = load_emergency()
    except (TextsError, GuidanceError, EmergencyError) as fault:
        raise ConfigurationError(f"content: {fault}") from None
    if settings.guidance.profile not in (None, *guidance.profiles):
        known = ", ".join(guidance.profiles)
        raise ConfigurationError(
            f"guidance.profile: {settings.guidance.profile!r} is not one of {known}; set "
            "BOT_GUIDANCE__PROFILE"
        )
    try:
        gazetteer = load_places(settings.places.countries)
    except ValueError as fault:
        raise ConfigurationError(str(fault)) from None
    return Content(texts, guidance, emergency, gazetteer)


def assemble(
    settings: Settings,
    content: Content,
    storage: Storage,
    application: App,
    *,
    sender: Sender,
    pacer: Pacer,
    metrics: Metrics,
) -> Parts:
    """Put the rooms together. The application must know its own name already."""
    renderer = Renderer(content.texts, content.guidance, application.bot.username)
    notices = Notices(
        advisories=storage.advisories,
        gazetteer=content.gazetteer,
        guidance=content.guidance,
        sources=settings.known_sources,
        days=settings.guidance.days,
        profile=settings.guidance.profile,
        clock=storage.clock,
    )
    operator_texts = OperatorTexts(content.texts)
    desk = Desk(
        bot=application.bot,
        admins=frozenset(settings.admins),
        asked=storage.asked,
        chats=storage.chats,
        counts=storage.chats,
        notices=notices,
        renderer=renderer,
        words=operator_texts,
    )
    letters = Letters(notices, renderer, sender)
    paying = Paying(
        settings.delivery.paid.terms,
        broadcasts=storage.broadcasts,
        advisories=storage.advisories,
        stars=StarBalance(application.bot),
        desk=desk,
        meter=metrics,
    )
    dispatcher = build_dispatcher(
        storage,
        letters,
        sender,
        paying=paying,
        pacer=pacer,
        metrics=metrics,
        rate_per_s=settings.delivery.rate,
    )
    review = Review(
        advisories=storage.advisories,
        broadcasts=storage.broadcasts,
        gazetteer=content.gazetteer,
        sources=settings.known_sources,
        unsigned=settings.trust.unsigned,
        desk=desk,
        clock=storage.clock,
        wake=dispatcher.wake,
    )
    intake = Intake(
        queue=storage.queue, review=review, sources=settings.known_sources, meter=metrics
    )
    live = Live(
        advisories=storage.advisories,
        broadcasts=storage.broadcasts,
        clock=storage.clock,
        wake=dispatcher.wake,
    )
    services = Services(
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
        live=live,
        review=review,
        desk=desk,
        notices=notices,
        renderer=renderer,
        gazetteer=content.gazetteer,
        suggest=suggest,
        dialogue=Dialogue(content.texts, content.gazetteer),
        tick_lists=TickLists(
            content.texts,
            content.guidance,
            content.gazetteer,
            days=settings.guidance.days,
            profile=settings.guidance.profile,
        ),
        household_menu=HouseholdMenu(content.texts, content.guidance),
        shelter_texts=ShelterTexts(content.texts),
        operator_texts=operator_texts,
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
    )
    add_handlers(application, services)
    register = Register(storage.broadcasts)
    further = Further(
        courier=build_courier(
            storage, letters, sender, paying=paying, pacer=pacer, meter=metrics, register=register
        ),
        register=register,
        notices=notices,
        posts=storage.channels,
        pacer=pacer,
        clock=storage.clock,
    )
    aftermath = Aftermath(
        application.bot, services, storage.errands, further, leads=lambda: dispatcher.dispatches
    )
    return Parts(dispatcher, review, intake, aftermath)


def build_courier(
    storage: Storage,
    letters: Letters,
    sender: Sender,
    *,
    paying: Paying,
    pacer: Pacer,
    meter: Metrics,
    register: Register,
) -> Courier:
    """What makes one send of one chat."""
    return Courier(
        letters=letters,
        paying=paying,
        sender=sender,
        chats=storage.chats,
        broadcasts=storage.broadcasts,
        pacer=pacer,
        pace=storage.pace,
        meter=meter,
        clock=storage.clock,
        register=register,
        errands=storage.errands,
    )


def build_dispatcher(
    storage: Storage,
    letters: Letters,
    sender: Sender,
    *,
    paying: Paying,
    pacer: Pacer,
    metrics: Metrics,
    rate_per_s: float,
) -> Dispatcher:
    """The dispatcher and what it hands its jobs to."""
    register, backlog = Register(storage.broadcasts), Backlog()
    tenure, recorder = Tenure(storage.role), Recorder(storage.broadcasts, metrics)
    courier = build_courier(
        storage, letters, sender, paying=paying, pacer=pacer, meter=metrics, register=register
    )
    sending = Sending(
        backlog=backlog,
        courier=courier,
        paying=paying,
        recorder=recorder,
        pacer=pacer,
        tenure=tenure,
        clock=storage.clock,
    )
    return Dispatcher(
        broadcasts=storage.broadcasts,
        register=register,
        tenure=tenure,
        backlog=backlog,
        sending=sending,
        recorder=recorder,
        paying=paying,
        letters=letters,
        pacer=pacer,
        meter=metrics,
        rate_per_s=rate_per_s,
    )
