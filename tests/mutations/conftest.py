"""Mutations run side by side; the slow ones are marked and run by `make mutations`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.mutations.bench import Mutation, Run, copy_code, run_tests

SIDE_BY_SIDE = 2

Runs = dict[Mutation, Future[Run]]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `mutation`, unless `-m` speaks of mutations."""
    if "mutation" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("mutation")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runs]:
    """The run of every mutation that was chosen; all of them have begun."""
    chosen = [
        item.callspec.params["mutation"]
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and hasattr(item, "callspec")
        and "mutation" in item.callspec.params
    ]

    def run(mutation: Mutation) -> Run:
        folder: Path = tmp_path_factory.mktemp("mutation", numbered=True)
        copy_code(folder)
        mutation.apply(folder)
        return run_tests(folder, mutation.tests)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield {mutation: pool.submit(run, mutation) for mutation in chosen}
        pool.shutdown(cancel_futures=True)
