"""Fixtures of all tests: a real Redis, and no secret of the machine that runs them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.redis_server import redis, redis_url

__all__ = ["redis", "redis_url"]


@pytest.fixture(autouse=True, scope="session")
def _clean_environment() -> Iterator[None]:
    """No test may meet the token or the Redis of whoever runs it."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("BOT_")}
    yield
    os.environ.update(kept)
