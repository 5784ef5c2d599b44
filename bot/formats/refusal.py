"""Why a payload cannot be used: a bounded reason, and a sentence that says where and what to do."""

from bot.domain.cap import Reason


class Refused(ValueError):
    """One message that cannot be used; it becomes one dead letter.

    `detail` is one printable line, `path: 'value' is …; write …`, in CAP's names with indices.
    `raw` is the refused message: the whole payload, or its own element where a wrapper held it.
    """

    def __init__(self, reason: Reason, detail: str, raw: bytes = b"") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.raw = raw
