"""What may be set from outside: how many chats a long storm has, and the seed of its chance."""

from __future__ import annotations

import os
import secrets
from typing import NamedTuple

import pytest

CHATS = int(os.environ.get("FOREWARN_STORM_CHATS", "20000"))
SEED = os.environ.get("FOREWARN_STORM_SEED") or secrets.token_hex(4)
LONG_S = 300.0


class Size(NamedTuple):
    """How many people a storm is about, and how many messages a second the bot may send."""

    chats: int
    rate: int

    @property
    def calm_s(self) -> float:
        """How long the broadcast takes when nothing happens."""
        return self.chats / self.rate

    @property
    def is_short(self) -> bool:
        """Whether this is for every test run."""
        return self.calm_s < 2

    @property
    def patience_s(self) -> float:
        """How long anything of the storm may take."""
        return 20.0 if self.is_short else LONG_S


SHORT = Size(240, 300)
LONG = Size(CHATS, 1000)


def sizes(short: Size | None = SHORT, long: Size = LONG) -> pytest.MarkDecorator:
    """Run a storm twice: short with every test, unless that is None, and long by `make storms`."""
    marks = (pytest.mark.storm, pytest.mark.timeout(LONG_S + 30))
    found = [pytest.param(long, id="long", marks=marks)]
    if short is not None:
        found.insert(0, pytest.param(short, id="short"))
    return pytest.mark.parametrize("size", found)
