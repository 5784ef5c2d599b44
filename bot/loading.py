"""What is shipped as data, loaded and checked against the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.config import ConfigurationError, Settings
from bot.content.emergency import Emergency, EmergencyError, load_emergency
from bot.content.guidance import GuidanceError, load_guidance
from bot.content.places import load as load_places
from bot.content.templates import TemplatesError, load_templates
from bot.content.texts import Texts, TextsError
from bot.domain.gazetteer import Gazetteer
from bot.domain.guidance import GuidanceBook
from bot.domain.template import Template


@dataclass(frozen=True, slots=True)
class Content:
    """What is shipped as data, loaded and checked."""

    texts: Texts
    guidance: GuidanceBook
    emergency: Emergency
    gazetteer: Gazetteer
    templates: Mapping[str, Template]


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
    for drill in settings.drills.schedule:
        unknown = [id for id in drill.places if gazetteer.get(id) is None]
        if unknown or drill.template not in templates:
            said = ", ".join(unknown) or drill.template
            raise ConfigurationError(
                f"drills.schedule: {drill.name}: {said!r} is no place or template that is loaded; "
                "correct BOT_DRILLS__SCHEDULE"
            )
    return Content(texts, guidance, emergency, gazetteer, templates)
