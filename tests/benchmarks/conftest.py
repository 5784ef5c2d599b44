"""The towns of the acceptance tests; long benchmarks run only when they are asked for."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import strict_town

__all__ = ["strict_town"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `benchmark`, unless `-m` speaks of benchmarks."""
    if "benchmark" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("benchmark")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
