"""Every room, built once and put together; nothing here decides or runs anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.chat.aftermath import Aftermath
from bot.chat.context import App
from bot.chat.handlers import add_handlers
from bot.chat.menus import set_menu
from bot.chat.operators.desk import Desk
from bot.chat.operators.office import Office, Terms
from bot.chat.services import Services
from bot.config import ConfigurationError, Settings
from bot.content.emergency import Emergency, EmergencyError, load_emergency
from bot.content.guidance import GuidanceError, load_guidance
from bot.content.places import load as load_places
from bot.content.places import suggest
from bot.content.templates import TemplatesError, load_templates
from bot.content.texts import Texts, TextsError
from bot.domain.advisory import Severity
from bot.domain.gazetteer import Gazetteer
from bot.domain.guidance import GuidanceBook
from bot.domain.operators import SOURCE
from bot.domain.template import Template
from bot.domain.trust import Source
from bot.formats.signature import derived_key, public_key, sign
from bot.pipeline.backlog import Backlog
from bot.pipeline.courier import Courier
from bot.pipeline.dispatch import Dispatcher
from bot.pipeline.further import Further
from bot.pipeline.intake import Intake
from bot.pipeline.letters import Letters
from bot.pipeline.lineage import Lineage
from bot.pipeline.live import Live
from bot.pipeline.notices import Notices
from bot.pipeline.paying import Paying
from bot.pipeline.ports import Sender
from bot.pipeline.publishing import Publishing
from bot.pipeline.recorder import Recorder
from bot.pipeline.register import Register
from bot.pipeline.review import Review, Rules
from bot.pipeline.role import Tenure
from bot.pipeline.roster import Roster
from bot.pipeline.sending import Sending
from bot.pipeline.timekeeper import Timekeeper
from bot.rendering.advisory import Renderer
from bot.rendering.card import Cards
from bot.rendering.dialogue import Dialogue
from bot.rendering.household import HouseholdMenu
from bot.rendering.offline import Offline
from bot.rendering.operator import OperatorTexts
from bot.rendering.pages import Pages
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
    templates: Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application runs."""

    dispatcher: Dispatcher
    review: Review
    intake: Intake
    timekeeper: Timekeeper
    aftermath: Aftermath
    roster: Roster
    publishing: Publishing


def load_content(settings: Settings) -> Content:
    """Load texts, guidance and places; raises ConfigurationError for a setting they refuse."""
    try:
        texts = Texts.load()
        guidance = load_guidance(texts.languages)
        emergency = load_emergency()
        spoken = [tag for tag in texts.languages if texts.covering(tag, "operator.preview") == tag]
        templates = load_templates(spoken, guidance.hazards)
    except (TextsError, GuidanceError, EmergencyError, TemplatesError) as fault:
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
    return Content(texts, guidance, emergency, gazetteer, templates)


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
    policy = settings.life.policy
    lineage = Lineage(storage.advisories, content.guidance, policy, storage.clock)
    sources = all_sources(settings)
    roster = Roster(storage.operators, settings.admins, content.gazetteer)
    notices = Notices(
        advisories=storage.advisories,
        lineage=lineage,
        policy=policy,
        gazetteer=content.gazetteer,
        guidance=content.guidance,
        sources=sources,
        days=settings.guidance.days,
        profile=settings.guidance.profile,
        clock=storage.clock,
    )
    operator_texts = OperatorTexts(content.texts)
    desk = Desk(
        bot=application.bot,
        people=roster,
        asked=storage.asked,
        chats=storage.chats,
        counts=storage.chats,
        notices=notices,
        renderer=renderer,
        words=operator_texts,
    )
    letters = Letters(notices, renderer, sender, storage.clock)
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
        timers=storage.timers,
        lineage=lineage,
        policy=policy,
        gazetteer=content.gazetteer,
        sources=sources,
        unsigned=settings.trust.unsigned,
        roster=roster,
        authors=storage.drafts,
        rules=Rules(Severity(settings.trust.two_people_above), settings.operators.patience),
        desk=desk,
        clock=storage.clock,
        wake=dispatcher.wake,
    )
    intake = Intake(
        queue=storage.queue,
        review=review,
        policy=policy,
        sources=sources,
        meter=metrics,
        contacts=storage.source_contacts,
    )
    timekeeper = Timekeeper(
        timers=storage.timers,
        advisories=storage.advisories,
        broadcasts=storage.broadcasts,
        lineage=lineage,
        policy=policy,
        meter=metrics,
        clock=storage.clock,
        wake=dispatcher.wake,
    )
    publishing = Publishing(
        drafts=storage.drafts,
        queue=storage.queue,
        gazetteer=content.gazetteer,
        guidance=content.guidance,
        sign=partial(sign, private_key_b64=operators_key(settings)),
        sender=f"t.me/{application.bot.username}",
        policy=policy,
        clock=storage.clock,
    )
    live = Live(
        advisories=storage.advisories,
        broadcasts=storage.broadcasts,
        clock=storage.clock,
        wake=dispatcher.wake,
    )
    timezone = content.gazetteer.settlements[0].timezone
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
            cards=Cards(
                content.texts, content.gazetteer, content.guidance, content.templates, timezone
            ),
            pages=Pages(content.texts, content.gazetteer, timezone),
            terms=Terms(
                two_people_above=Severity(settings.trust.two_people_above),
                free_rate=settings.delivery.rate,
                paid_rate=settings.delivery.paid.rate,
                is_paid_on=settings.delivery.paid.enabled,
                invitation_lasts=timedelta(hours=settings.operators.invitation_hours),
            ),
            source_names={key: source.name for key, source in sources.items()},
            set_menu=partial(set_menu, application.bot, content.texts),
        ),
    )
    add_handlers(application, services)
    register = Register(storage.broadcasts)
    further = Further(
        courier=build_courier(
            storage, letters, sender, paying=paying, pacer=pacer, meter=metrics, register=register
        ),
        register=register,
        posts=storage.channels,
        pacer=pacer,
        clock=storage.clock,
    )
    aftermath = Aftermath(
        application.bot, services, storage.errands, further, leads=lambda: dispatcher.dispatches
    )
    return Parts(dispatcher, review, intake, timekeeper, aftermath, roster, publishing)


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
