from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.broadcast import Claimed
from bot.domain.delivery import Lane
from bot.domain.message import Layout
from bot.domain.subscriber import Kind, Recipient
from bot.pipeline.job import Job


@pytest.mark.parametrize(
    ("kind", "low_data", "layout"),
    [
        pytest.param(Kind.PRIVATE, False, Layout.PRIVATE, id="a person"),
        pytest.param(Kind.PRIVATE, True, Layout.LOW, id="a person on a weak network"),
        pytest.param(Kind.GROUP, True, Layout.GROUP, id="a group is never told briefly"),
        pytest.param(Kind.CHANNEL, False, Layout.CHANNEL, id="a channel"),
    ],
)
def test_layout_is_that_of_the_chat(kind: Kind, low_data: bool, layout: Layout) -> None:
    chat = Claimed(Recipient(kind, 7), "uk", low_data=low_data)
    job = Job("b", Lane.PREPARE, datetime(2024, 11, 21, tzinfo=UTC), chat)
    assert job.layout is layout
