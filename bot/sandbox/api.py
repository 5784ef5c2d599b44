"""What the methods of the Bot API work on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.chats import Chat
from bot.sandbox.clock import Clock
from bot.sandbox.ledger import Entry, Ledger
from bot.sandbox.limits import Limiter
from bot.sandbox.params import Params
from bot.sandbox.profile import Profile
from bot.sandbox.stars import Stars
from bot.sandbox.updates import Updates
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import World


@dataclass(slots=True)
class Api:
    """One bot's account with everything a call may read or change."""

    token: str
    clock: Clock
    world: World
    limiter: Limiter
    ledger: Ledger
    updates: Updates
    webhook: Webhook
    profile: Profile
    stars: Stars

    def admit(self, chat: Chat, params: Params, *, edit: bool = False) -> None:
        """Count a send or edit against the limits, and charge one beyond the free ones.

        Raises 429, and 400 where a message would cost more than the bot has.
        """
        paid = params.has("allow_paid_broadcast") and params.boolean("allow_paid_broadcast")
        can_pay = self.stars.can_pay if paid else True
        if self.limiter.admit(chat.id, chat.kind, paid=paid, edit=edit, can_pay=can_pay):
            self.stars.charge(self.clock.now())

    def record(
        self,
        method: str,
        chat: Chat,
        message_id: int,
        text: str = "",
        *,
        silent: bool = False,
        thread: int | None = None,
    ) -> None:
        self.ledger.record(
            Entry(self.clock.now(), chat.id, message_id, method, text, silent, thread or 0)
        )


#: A method takes the account and its parameters, and returns the answer's `result`.
Method = Callable[[Api, Params], Any | Awaitable[Any]]
