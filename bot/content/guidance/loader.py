"""The guidance book from its files, refused whole if anything in it is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.content.guidance.checks import check_known, check_texts, check_used
from bot.content.guidance.files import GuidanceError, Model, build, read
from bot.domain.checklist import ChecklistItem, Profile
from bot.domain.guidance import (
    Guidance,
    GuidanceBook,
    GuidanceItem,
    HazardRule,
    HazardText,
    Source,
    Stage,
    StageRule,
)

FOLDER: Final = Path(__file__).parent


class _Hazard(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Mapping[str, HazardText]
    stages: Mapping[Stage, tuple[str, ...]]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    otherwise: str
    hazards: tuple[HazardRule, ...]
    stages: tuple[StageRule, ...]


class _Lists(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    otherwise: str
    profiles: Mapping[str, Profile]
    items: tuple[ChecklistItem, ...]


def load_guidance(languages: Sequence[str], folder: Path = FOLDER) -> GuidanceBook:
    """Read sources, steps, hazards, classification and checklists from ``folder``.

    Every text must be there in every one of ``languages``. Raises :class:`GuidanceError` with
    file, key, value and cure for the first thing that is wrong.
    """
    sources = _each(folder, "sources.yaml", Source)
    for key, source in sources.items():
        check_texts(source.name, languages, "source", "sources.yaml", f"{key}.name")
    steps = _each(folder, "steps.yaml", GuidanceItem)
    for key, step in steps.items():
        check_texts(step.text, languages, "step", "steps.yaml", f"{key}.text")
        check_known(step.sources, sources, "source", "steps.yaml", f"{key}.sources")
    hazards = _each(folder, "hazards.yaml", _Hazard)
    _check_hazards(hazards, steps, languages)
    table = _whole(folder, "classification.yaml", _Table)
    _check_table(table, hazards)
    lists = _whole(folder, "checklists.yaml", _Lists)
    _check_lists(lists, sources, languages)
    walked = {
        name for hazard in hazards.values() for ones in hazard.stages.values() for name in ones
    }
    check_used(steps, walked, "steps.yaml")
    check_used(sources, set(_named_sources(steps.values(), lists)), "sources.yaml")
    return GuidanceBook(
        languages=tuple(languages),
        sources=sources,
        hazards={key: hazard.text for key, hazard in hazards.items()},
        guidance=tuple(
            Guidance(hazard=key, stage=stage, steps=tuple(steps[name] for name in names))
            for key, hazard in hazards.items()
            for stage, names in hazard.stages.items()
        ),
        checklist=lists.items,
        profiles=lists.profiles,
        other_profile=lists.otherwise,
        hazard_rules=table.hazards,
        stage_rules=table.stages,
        otherwise=table.otherwise,
    )


def _each(folder: Path, file: str, model: type[Model]) -> dict[str, Model]:
    return {key: build(model, value, file, key) for key, value in read(folder / file).items()}


def _whole(folder: Path, file: str, model: type[Model]) -> Model:
    return build(model, read(folder / file), file, "")


def _check_hazards(
    hazards: Mapping[str, _Hazard], steps: Mapping[str, GuidanceItem], languages: Sequence[str]
) -> None:
    for key, hazard in hazards.items():
        for form in HazardText.model_fields:
            texts = {tag: getattr(text, form) for tag, text in hazard.text.items()}
            check_texts(texts, languages, "hazard", "hazards.yaml", f"{key}.text.{form}")
        for stage in Stage:
            where = f"{key}.stages.{stage}"
            if not hazard.stages.get(stage):
                raise GuidanceError(f"hazards.yaml: {where}: has no steps; write at least one")
            check_known(hazard.stages[stage], steps, "step", "hazards.yaml", where)


def _check_table(table: _Table, hazards: Mapping[str, _Hazard]) -> None:
    file = "classification.yaml"
    check_known([table.otherwise], hazards, "hazard", file, "otherwise")
    for index, rule in enumerate(table.hazards):
        check_known([rule.hazard], hazards, "hazard", file, f"hazards.{index}")
        if not all(group and all(stem.strip() for stem in group) for group in rule.words):
            raise GuidanceError(f"{file}: hazards.{index}.words: has an empty group; fill it")
    given = [rule.model_dump(exclude={"stage"}, exclude_defaults=True) for rule in table.stages]
    if not given or given[-1] or not all(given[:-1]):
        raise GuidanceError(
            f"{file}: stages: the last row, and only that one, must have no condition"
        )


def _check_lists(lists: _Lists, sources: Mapping[str, Source], languages: Sequence[str]) -> None:
    file = "checklists.yaml"
    check_known([lists.otherwise], lists.profiles, "profile", file, "otherwise")
    claimed: dict[str, str] = {}
    for key, profile in lists.profiles.items():
        for country in profile.countries:
            if (other := claimed.setdefault(country, key)) != key:
                where = f"{file}: profiles.{key}.countries"
                raise GuidanceError(f"{where}: {country!r} is in {other} too; drop one")
        check_texts(profile.name, languages, "profile", file, f"profiles.{key}.name")
        check_known(profile.sources, sources, "source", file, f"profiles.{key}.sources")
    seen: set[str] = set()
    for item in lists.items:
        where = f"items.{item.key}"
        if item.key in seen:
            raise GuidanceError(f"{file}: {where}: stands twice; drop one")
        seen.add(item.key)
        check_texts(item.text, languages, "item", file, f"{where}.text")
        check_known(item.profiles, lists.profiles, "profile", file, f"{where}.profiles")
        for name, rule in item.profiles.items():
            check_known(rule.sources, sources, "source", file, f"{where}.profiles.{name}.sources")


def _named_sources(steps: Iterable[GuidanceItem], lists: _Lists) -> Iterable[str]:
    for step in steps:
        yield from step.sources
    for profile in lists.profiles.values():
        yield from profile.sources
    for item in lists.items:
        for rule in item.profiles.values():
            yield from rule.sources
