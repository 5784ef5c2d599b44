"""The last step before the queue, where a drill and the real thing part for good."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import AsyncMock

import pytest

from bot.domain.change import Policy
from bot.domain.draft import Draft, DraftState, Hand, Kept, drill_of, from_template
from bot.pipeline.publishing import Publishing
from tests.unit.domain.test_draft import TEMPLATES

NOW = datetime(2024, 11, 19, 20, 30, tzinfo=UTC)
HAND = Hand(7, "Iryna", "submitted")


def kept(draft: Draft) -> Kept:
    return Kept("draft-1", 3, DraftState.OPEN, draft, HAND, HAND, NOW)


@pytest.mark.parametrize("is_drill", [True, False])
async def test_neither_confirmation_submits_the_draft_of_the_other(is_drill: bool) -> None:
    drafts, queue = AsyncMock(), AsyncMock()
    publishing = Publishing(
        drafts=drafts,
        queue=queue,
        gazetteer=AsyncMock(),
        guidance=AsyncMock(),
        sign=lambda _: "",
        sender="t.me/forewarn_bot",
        policy=Policy(),
        clock=lambda: NOW,
    )
    draft = (drill_of if is_drill else from_template)(TEMPLATES["air_attack"])
    with pytest.raises(ValueError, match="each confirmed in their own way"):
        await publishing.submit(kept(draft), HAND, drill=not is_drill)
    assert not drafts.mock_calls
    assert not queue.mock_calls
