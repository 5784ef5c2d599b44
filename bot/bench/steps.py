"""What each step of a delivery costs: the time its own code runs, without the waits in between."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from types import coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")

Step = tuple[str, object, str]
"""The step's name, and the object and the name of the method that does it."""


@contextmanager
def stepped(steps: tuple[Step, ...]) -> Iterator[Counter[str]]:
    """Nanoseconds by step, while these methods of these very objects are measured."""
    spent: Counter[str] = Counter()
    for step, owner, method in steps:
        setattr(owner, method, _measured(getattr(owner, method), step, spent))
    try:
        yield spent
    finally:
        for _, owner, method in steps:
            delattr(owner, method)


def _measured(
    method: Callable[..., Coroutine[Any, Any, _T]], step: str, spent: Counter[str]
) -> Callable[..., Coroutine[Any, Any, _T]]:
    async def measured(*args: Any, **named: Any) -> _T:
        return await _run(method(*args, **named), step, spent)

    return measured


@coroutine
def _run(work: Coroutine[Any, Any, _T], step: str, spent: Counter[str]) -> Generator[Any, Any, _T]:
    """Run a coroutine from one wait to the next, and count only what lies between."""
    sent: Any = None
    fault: BaseException | None = None
    while True:
        began = time.thread_time_ns()
        try:
            waits = work.send(sent) if fault is None else work.throw(fault)
        except StopIteration as end:
            value: _T = end.value
            return value
        finally:
            spent[step] += time.thread_time_ns() - began
        try:
            sent, fault = (yield waits), None
        except BaseException as error:  # a cancellation, or the failure of what was awaited
            fault = error
