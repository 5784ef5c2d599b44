"""What Telegram's Bot API really looks like, by aiogram's models, which are generated from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiogram
import aiogram.methods
from aiogram.methods import TelegramMethod
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.sandbox.params import Upload
from bot.sandbox.server import Sandbox

_MODELS: dict[str, type[TelegramMethod[Any]]] = {
    name.lower(): getattr(aiogram.methods, name) for name in aiogram.methods.__all__
}

IGNORED = {"parse_mode"}
"""A default of ours that python-telegram-bot adds to methods without a text; Telegram skips it."""


class Oracle:
    """Checks every accepted request and every result against aiogram's models."""

    def __init__(self) -> None:
        self.checked: list[str] = []

    def __call__(self, name: str, values: dict[str, Any], body: dict[str, Any]) -> None:
        if not body["ok"]:
            assert body["error_code"] >= 400
            assert body["description"]
            return
        model = _MODELS[name.lower()]
        request = model.model_validate({key: _decoded(value) for key, value in values.items()})
        assert _unknown(request) <= IGNORED, f"{name} does not know {_unknown(request)}"
        context = {"bot": aiogram.Bot("1:a")}
        result: Any = TypeAdapter(model.__returning__).validate_python(
            body["result"], context=context
        )
        assert not _unknown(result), f"the result of {name} does not know {_unknown(result)}"
        self.checked.append(name)


def _decoded(value: Any) -> Any:
    if isinstance(value, Upload):
        return "attach://file"
    if isinstance(value, str) and value[:1] in "[{":
        return json.loads(value)
    return value


def _unknown(value: Any) -> set[str]:
    """Collect the fields that no model knows, at any depth."""
    if isinstance(value, list):
        return {name for item in value for name in _unknown(item)}
    if not isinstance(value, BaseModel):
        return set()
    found = set(value.model_extra or {})
    for name in type(value).model_fields:
        found |= _unknown(getattr(value, name))
    return found


@contextmanager
def overseen(sandbox: Sandbox) -> Iterator[Sandbox]:
    """A sandbox of which every call, answer and update is checked; what is wrong fails at the end.

    Raised at once, a fault would only be one more refusal to the bot.
    """
    oracle, faults = Oracle(), list[str]()

    def observe(name: str, values: dict[str, Any], body: dict[str, Any]) -> None:
        try:
            oracle(name, values, body)
        except (AssertionError, ValidationError) as fault:
            faults.append(f"{name}: {fault}")

    sandbox.observe(observe)
    yield sandbox
    assert not faults, faults[:3]
    assert oracle.checked
