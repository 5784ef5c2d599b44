"""What the bot says of itself: name, descriptions and commands, per language and scope."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Profile:
    """Texts by language code ("" for everyone), commands by scope and language code."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, object]]] = field(default_factory=dict)
    default_rights: dict[str, dict[str, bool]] = field(default_factory=dict)
