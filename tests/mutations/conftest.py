"""Mutations run side by side, and only where `-m` speaks of them, as `make mutations` does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue

import pytest

from tests.mutations.bench import Mutation, Run, Runner, copy_code, read_table

SIDE_BY_SIDE = 2


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes a guard out, unless `-m` speaks of mutations."""
    if "mutation" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("mutation")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


class Runs:
    """The runs of every mutation that was chosen, and of no mutation; all of them have begun."""

    def __init__(self, submit: Callable[[Sequence[str], Mutation | None], Future[Run]]) -> None:
        self._submit = submit
        self._begun: dict[str, Future[Run]] = {}

    def begin(self, slow: bool) -> None:
        """Begin the run of all that is quick, or of all that is slow, with every guard in place."""
        self._begun[f"{slow=}"] = self._submit(controlled(slow=slow), None)

    def begin_with(self, mutation: Mutation) -> None:
        """Begin the run of a mutation."""
        self._begun[mutation.name] = self._submit(mutation.tests, mutation)

    def without(self, mutation: Mutation) -> Run:
        """The run without a guard."""
        return self._begun[mutation.name].result()

    def with_every_guard(self, *, slow: bool) -> Run:
        """The run with every guard in place."""
        return self._begun[f"{slow=}"].result()


def controlled(*, slow: bool) -> tuple[str, ...]:
    """The tests of the mutations, each once."""
    return tuple(sorted({test for one in read_table() if one.slow is slow for test in one.tests}))


@pytest.fixture(scope="session")
def runs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runs]:
    """Two runs at a time, each in a folder of its own."""
    runners: SimpleQueue[Runner] = SimpleQueue()
    for _ in range(SIDE_BY_SIDE):
        runners.put(Runner())

    def run(tests: Sequence[str], mutation: Mutation | None) -> Run:
        folder = tmp_path_factory.mktemp("mutation", numbered=True)
        copy_code(folder)
        if mutation is not None:
            mutation.apply(folder)
        runner = runners.get()
        try:
            return runner.run(folder, tests)
        finally:
            runners.put(runner)
            shutil.rmtree(folder)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        runs = Runs(lambda tests, mutation: pool.submit(run, tests, mutation))
        for item in request.session.items:
            given = item.callspec.params if hasattr(item, "callspec") else {}
            if "slow" in given and "runs" in getattr(item, "fixturenames", ()):
                runs.begin(given["slow"])
            elif "mutation" in given:
                runs.begin_with(given["mutation"])
        yield runs
        pool.shutdown(cancel_futures=True)
    for _ in range(SIDE_BY_SIDE):
        runners.get().close()
