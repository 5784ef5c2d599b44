"""The guidance book from its files, refused whole if anything in it is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from bot.content.guidance.checks import check_known, check_used
from bot.content.guidance.files import GuidanceError, Model, build, read
from bot.content.guidance.wording import Section, Wordings, read_wordings
from bot.domain.checklist import ChecklistItem, Profile
from bot.domain.guidance import (
    Guidance,
    GuidanceBook,
    GuidanceItem,
    Source,
    Stage,
    StageRule,
    Trigger,
)
from bot.domain.recognition import CategoryRule, CodeRule, HazardRule, RecognitionTable

FOLDER: Final = Path(__file__).parent
FEWEST_STEPS: Final = 3
MOST_STEPS: Final = 5
"""Of a stage: fewer help little, and nobody keeps more in mind."""


class _Hazard(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    trigger: Trigger
    stages: Mapping[Stage, tuple[str, ...]]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    otherwise: str
    codes: tuple[CodeRule, ...]
    hazards: tuple[HazardRule, ...]
    categories: tuple[CategoryRule, ...]
    stages: tuple[StageRule, ...]


class _BareLists(BaseModel):
    """The checklists as they stand in their file, before the words are put in."""

    profiles: Mapping[str, Any]
    items: tuple[dict[str, Any], ...]


class _Lists(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    otherwise: str
    profiles: Mapping[str, Profile]
    items: tuple[ChecklistItem, ...]


def load_guidance(languages: Sequence[str], folder: Path = FOLDER) -> GuidanceBook:
    """Read structure and sources from the files of ``folder``, the words from its ``texts``.

    Every text must be there in every one of ``languages``, which are those of the interface.
    Raises :class:`GuidanceError` with file, key, value and cure for the first thing that is wrong.
    """
    wordings = read_wordings(folder, languages)
    sources = _each(folder, "sources.yaml", Source, Section(wordings, "sources", "name"))
    steps = _each(folder, "steps.yaml", GuidanceItem, Section(wordings, "steps", "text"))
    for key, step in steps.items():
        check_known(step.sources, sources, "source", "steps.yaml", f"{key}.sources")
    hazards = _each(folder, "hazards.yaml", _Hazard)
    _check_hazards(hazards, steps)
    hazard_texts = Section(wordings, "hazards", "text").of(hazards, "hazards.yaml")
    table = _whole(folder, "classification.yaml", _Table)
    _check_table(table, hazards)
    lists = _lists(folder, wordings)
    _check_lists(lists, sources)
    walked = {
        name for hazard in hazards.values() for ones in hazard.stages.values() for name in ones
    }
    check_used(steps, walked, "steps.yaml")
    check_used(sources, set(_named_sources(steps.values(), lists)), "sources.yaml")
    return GuidanceBook(
        languages=tuple(languages),
        natively_reviewed=frozenset(
            tag for tag, wording in wordings.items() if wording.reviewed_by_native
        ),
        sources=sources,
        hazards=hazard_texts,
        guidance=tuple(
            Guidance(hazard=key, stage=stage, steps=tuple(steps[name] for name in names))
            for key, hazard in hazards.items()
            for stage, names in hazard.stages.items()
        ),
        checklist=lists.items,
        profiles=lists.profiles,
        other_profile=lists.otherwise,
        triggers={key: hazard.trigger for key, hazard in hazards.items()},
        recognition=RecognitionTable(
            codes=table.codes,
            words=table.hazards,
            categories=table.categories,
            otherwise=table.otherwise,
        ),
        stage_rules=table.stages,
    )


def _each(
    folder: Path, file: str, model: type[Model], section: Section | None = None
) -> dict[str, Model]:
    data = read(folder / file, file)
    if section is not None:
        texts = section.of(data, file)
        data = {key: section.into(value, texts[key]) for key, value in data.items()}
    return {key: build(model, value, file, key) for key, value in data.items()}


def _whole(folder: Path, file: str, model: type[Model]) -> Model:
    return build(model, read(folder / file, file), file, "")


def _lists(folder: Path, wordings: Wordings) -> _Lists:
    file = "checklists.yaml"
    data = read(folder / file, file)
    bare = build(_BareLists, data, file, "")
    keys = [str(item.get("key", "")) for item in bare.items]
    for key in keys:
        if keys.count(key) > 1:
            raise GuidanceError(f"{file}: items.{key}: stands twice; drop one")
    of_items = Section(wordings, "items", "text")
    of_profiles = Section(wordings, "profiles", "name")
    texts, names = of_items.of(keys, file), of_profiles.of(bare.profiles, file)
    data["items"] = [
        of_items.into(item, texts[key]) for key, item in zip(keys, bare.items, strict=True)
    ]
    data["profiles"] = {
        key: of_profiles.into(value, names[key]) for key, value in bare.profiles.items()
    }
    return build(_Lists, data, file, "")


def _check_hazards(hazards: Mapping[str, _Hazard], steps: Mapping[str, GuidanceItem]) -> None:
    for key, hazard in hazards.items():
        for stage in Stage:
            where = f"{key}.stages.{stage}"
            count = len(hazard.stages.get(stage, ()))
            if not FEWEST_STEPS <= count <= MOST_STEPS:
                raise GuidanceError(
                    f"hazards.yaml: {where}: has {count or 'no'} steps; "
                    f"write {FEWEST_STEPS} to {MOST_STEPS}"
                )
            check_known(hazard.stages[stage], steps, "step", "hazards.yaml", where)


def _check_table(table: _Table, hazards: Mapping[str, _Hazard]) -> None:
    file = "classification.yaml"
    check_known([table.otherwise], hazards, "hazard", file, "otherwise")
    rows = [
        *((f"codes.{index}", row.hazard) for index, row in enumerate(table.codes)),
        *((f"categories.{index}", row.hazard) for index, row in enumerate(table.categories)),
    ]
    for where, hazard in rows:
        check_known([hazard], hazards, "hazard", file, where)
    for index, rule in enumerate(table.hazards):
        check_known([rule.hazard], hazards, "hazard", file, f"hazards.{index}")
        if not all(group and all(stem.strip() for stem in group) for group in rule.words):
            raise GuidanceError(f"{file}: hazards.{index}.words: has an empty group; fill it")
    given = [rule.model_dump(exclude={"stage"}, exclude_defaults=True) for rule in table.stages]
    if not given or given[-1] or not all(given[:-1]):
        raise GuidanceError(
            f"{file}: stages: the last row, and only that one, must have no condition"
        )


def _check_lists(lists: _Lists, sources: Mapping[str, Source]) -> None:
    file = "checklists.yaml"
    check_known([lists.otherwise], lists.profiles, "profile", file, "otherwise")
    claimed: dict[str, str] = {}
    for key, profile in lists.profiles.items():
        for country in profile.countries:
            if (other := claimed.setdefault(country, key)) != key:
                where = f"{file}: profiles.{key}.countries"
                raise GuidanceError(f"{where}: {country!r} is in {other} too; drop one")
        check_known(profile.sources, sources, "source", file, f"profiles.{key}.sources")
    for item in lists.items:
        where = f"items.{item.key}"
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
