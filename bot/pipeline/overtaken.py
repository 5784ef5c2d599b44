"""A small update that overtakes something loud: who has not heard that yet must hear this."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.broadcast import Broadcast, Manner
from bot.domain.delivery import End
from bot.domain.life import OPENED
from bot.pipeline.known import Known
from bot.pipeline.plan import broadcast_id
from bot.pipeline.ports import Broadcasts


async def overtakes(record_id: str, originals: Iterable[Known], broadcasts: Broadcasts) -> bool:
    """Whether an update goes to chats whose live message is older than what it updates.

    They were to be told of that aloud, and it is stopped now: a change of their older message would
    keep a rise from them in silence. Whoever has heard it rings a second time, which is better.
    Once the update is stored as a broadcast that says how it was decided: a crash changes nothing.
    """
    own = await broadcasts.get(record_id)
    if own is not None:
        return own.manner is Manner.SEND
    ids = [broadcast_id(one.record.id, name) for one in originals for name in ("", OPENED)]
    return any([_is_cut_short(await broadcasts.get(id)) for id in ids])


def _is_cut_short(broadcast: Broadcast | None) -> bool:
    """Whether somebody may have what the broadcast answers, and not its own message."""
    if broadcast is None or not broadcast.answers or broadcast.manner is not Manner.SEND:
        return False
    return broadcast.ended is None or broadcast.counts.get(End.CANCELLED, 0) > 0
