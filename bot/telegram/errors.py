"""What can go wrong on the way to Telegram, told apart by whether the request left."""

from __future__ import annotations

from telegram.error import NetworkError, TimedOut


class NotSent(NetworkError):
    """No complete request left this machine, so Telegram cannot have acted on it."""


class ConnectTimedOut(NotSent, TimedOut):
    """No connection in time; nothing left this machine."""


class AnswerLost(NetworkError):
    """The request left and no usable answer came: Telegram may or may not have acted on it.

    A :class:`telegram.error.TimedOut` that is not a :class:`NotSent` means the same.
    """
