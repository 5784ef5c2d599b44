"""The intake stays bounded and keeps each chat's order."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from telegram import Bot, Update

from bot.telegram.updates import OrderedUpdates, UpdateQueue, read_update


def update(number: int, chat_id: int = 5) -> Update:
    read = Update.de_json(
        {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": 1732057200,
                "chat": {"id": chat_id, "type": "private", "first_name": "Olena"},
                "text": "/city",
            },
        }
    )
    assert read is not None
    return read


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_update_queue_has_room_again_once_an_update_is_handled() -> None:
    queue = UpdateQueue(2)
    await queue.put(update(1))
    await queue.put(update(2))
    third = asyncio.create_task(queue.put(update(3)))
    await queue.get()
    await settle()
    assert not third.done(), "taken off the queue is not handled"
    queue.task_done()
    await settle()
    assert third.done()
    assert queue.unhandled == 2


async def test_update_queue_refuses_at_once_what_cannot_wait() -> None:
    queue = UpdateQueue(1)
    queue.put_nowait(update(1))
    with pytest.raises(asyncio.QueueFull):
        queue.put_nowait(update(2))


async def test_update_queue_always_takes_the_signal_to_stop() -> None:
    queue = UpdateQueue(1)
    queue.put_nowait(update(1))
    await queue.put(object())
    assert queue.qsize() == 2


class Handlers:
    """Handlers that work until told to go on, and how many worked at once."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.at_once = self.most = 0
        self.go_on = asyncio.Event()

    async def handle(self, name: str) -> None:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.log.append(f"{name} begins")
        await self.go_on.wait()
        self.log.append(f"{name} ends")
        self.at_once -= 1


def start(processor: OrderedUpdates, of: object, coroutine: Any) -> asyncio.Task[None]:
    return asyncio.create_task(processor.process_update(of, coroutine))


async def test_ordered_updates_of_one_chat_take_turns() -> None:
    processor, handlers = OrderedUpdates(8, 64), Handlers()
    tasks = [start(processor, update(n), handlers.handle(str(n))) for n in range(3)]
    await settle()
    assert handlers.log == ["0 begins"]
    handlers.go_on.set()
    await asyncio.gather(*tasks)
    assert handlers.log == [f"{n} {what}" for n in range(3) for what in ("begins", "ends")]


async def test_ordered_updates_of_many_chats_run_together_up_to_a_limit() -> None:
    processor, handlers = OrderedUpdates(4, 64), Handlers()
    tasks = [start(processor, update(n, n), handlers.handle(str(n))) for n in range(1, 20)]
    await settle()
    assert handlers.at_once == 4
    handlers.go_on.set()
    await asyncio.gather(*tasks)
    assert handlers.most == 4


async def test_ordered_updates_of_a_busy_chat_keep_nobody_else_waiting() -> None:
    processor, handlers = OrderedUpdates(2, 64), Handlers()
    tasks = [start(processor, update(n), handlers.handle(f"busy {n}")) for n in range(30)]
    tasks.append(start(processor, update(99, chat_id=6), handlers.handle("other")))
    await settle()
    assert handlers.log == ["busy 0 begins", "other begins"]
    handlers.go_on.set()
    await asyncio.gather(*tasks)


async def test_ordered_updates_go_on_after_a_handler_failed() -> None:
    processor, handlers = OrderedUpdates(2, 64), Handlers()
    handlers.go_on.set()

    async def fail() -> None:
        raise ZeroDivisionError

    failing = start(processor, update(1), fail())
    following = start(processor, update(2), handlers.handle("next"))
    with pytest.raises(ZeroDivisionError):
        await failing
    await following


async def test_ordered_updates_cancelled_before_their_turn_leave_it_free() -> None:
    processor, handlers = OrderedUpdates(2, 64), Handlers()
    tasks = [start(processor, update(n), handlers.handle(str(n))) for n in range(3)]
    await settle()
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    handlers.go_on.set()
    await start(processor, update(4), handlers.handle("next"))
    assert handlers.log[-1] == "next ends", "the chat's turn is free again"


async def test_ordered_updates_forget_chats() -> None:
    processor, handlers = OrderedUpdates(2, 64), Handlers()
    handlers.go_on.set()
    for number in range(1, 50):
        await start(processor, update(number, number), handlers.handle("x"))
    assert not list(processor._turns)


def test_read_update_logs_what_it_cannot_read_without_its_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = {"update_id": 8, "message": {"message_id": "secret words"}}
    with caplog.at_level(logging.DEBUG):
        assert read_update(broken, Bot("1:a")) is None
    [record] = [record for record in caplog.records if record.name == "bot.telegram.updates"]
    assert record.__dict__["update_id"] == 8
    assert "secret" not in str(record.__dict__)
