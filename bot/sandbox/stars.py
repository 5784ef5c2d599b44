"""The bot's Stars: what it holds, what paid broadcasting costs it, and the list of both."""

from typing import Any

NANOSTARS = 1_000_000_000
_TENTH = NANOSTARS // 10


class Stars:
    """An account in tenths of a Star, the price of one message beyond the free ones."""

    def __init__(self) -> None:
        self.tenths = 0
        #: Messages that were charged, one tenth each.
        self.charged = 0
        self._transactions: list[dict[str, Any]] = []

    @property
    def can_pay(self) -> bool:
        return self.tenths >= 1

    def give(self, stars: int, now: float) -> None:
        """Put Stars into the account, as from Fragment."""
        if stars < 1:
            raise ValueError("give at least one Star")
        self.tenths += stars * 10
        self._enter(now, stars * 10, source={"type": "fragment"})

    def charge(self, now: float) -> None:
        """Take the price of one message; those of the same second make one transaction."""
        self.tenths -= 1
        self.charged += 1
        last = self._transactions[-1] if self._transactions else None
        if last is not None and "receiver" in last and last["date"] == int(now):
            count = last["receiver"]["request_count"] + 1
            last |= _amount(count)
            last["receiver"]["request_count"] = count
        else:
            self._enter(now, 1, receiver={"type": "telegram_api", "request_count": 1})

    def balance(self) -> dict[str, int]:
        """The account as `StarAmount`."""
        return _amount(self.tenths)

    def transactions(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """`StarTransaction`s in order of time."""
        return self._transactions[offset : offset + limit]

    def _enter(self, now: float, tenths: int, **partner: dict[str, Any]) -> None:
        number = str(len(self._transactions) + 1)
        self._transactions.append({"id": number, "date": int(now), **_amount(tenths), **partner})


def _amount(tenths: int) -> dict[str, int]:
    return {"amount": tenths // 10, "nanostar_amount": tenths % 10 * _TENTH}
