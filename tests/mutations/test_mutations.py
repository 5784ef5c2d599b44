"""No guard of the delivery can be taken out without a test that fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutations.bench import ROOT, Mutation, read_table
from tests.mutations.conftest import Runs, controlled

MUTATIONS = read_table()


def params() -> Iterator[object]:
    for one in MUTATIONS:
        marks = [pytest.mark.mutation, *([pytest.mark.slow] if one.slow else [])]
        yield pytest.param(one, id=one.name, marks=marks)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("mutation", list(params()))
def test_guard_that_is_taken_out_is_missed(mutation: Mutation, runs: Runs) -> None:
    run = runs.without(mutation)
    assert (run.failed, run.others) == (len(mutation.tests), 0), (
        f"without the guard of {mutation.promise!r} these should fail, each of them: "
        f"{mutation.tests}\n{run.output}"
    )


@pytest.mark.timeout(0)
@pytest.mark.mutation
@pytest.mark.parametrize("slow", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_same_tests_pass_with_every_guard_in_place(slow: bool, runs: Runs) -> None:
    """Otherwise they would fail for the copying, and not for the guard."""
    run = runs.with_every_guard(slow=slow)
    assert (run.failed, run.others) == (0, len(controlled(slow=slow))), run.output


def test_mutation_whose_old_text_has_moved_says_so(tmp_path: Path) -> None:
    (tmp_path / "guard.py").write_text("twice twice")
    for old, times in (("gone", 0), ("twice", 2)):
        mutation = Mutation("name", "promise", "guard.py", old, "", ())
        with pytest.raises(AssertionError, match=rf"in guard.py {times} times, not once"):
            mutation.apply(tmp_path)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_guard_stands_where_the_table_says(mutation: Mutation) -> None:
    """Seen at each `make test`; what happens without it only by `make mutations`."""
    assert (ROOT / mutation.file).read_text("utf-8").count(mutation.old) == 1


def test_every_mutation_has_a_name_of_its_own() -> None:
    names = [one.name for one in MUTATIONS]
    assert len(set(names)) == len(names) > 0


def test_document_names_every_mutation_and_no_other() -> None:
    document = (ROOT / "docs" / "delivery.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", document))
    # One fence is named for all scripts, and the state machine finds again what is named before.
    names = {one.name for one in MUTATIONS if not one.name.startswith(("machine-", "no-fence-"))}
    assert named == names
