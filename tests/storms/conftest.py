"""Short storms run with every test; long ones are marked and run by `make storms`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from multiprocessing import forkserver

import pytest

from tests.storms.knobs import SEED


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `storm`, unless `-m` speaks of storms."""
    if "storm" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("storm")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """The chance of one storm: the same again for the same seed, which a failure prints."""
    print(f"FOREWARN_STORM_SEED={SEED}")
    return random.Random(f"{SEED}:{request.node.name}")


@pytest.fixture(autouse=True, scope="session")
def _end_nursery() -> Iterator[None]:
    """The process from which the bots are forked ends with the storms."""
    yield
    stop = getattr(forkserver._forkserver, "_stop", None)
    if stop is not None:
        stop()
