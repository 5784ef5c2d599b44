"""The ledger: every send, edit and delete that was accepted, in columns of a few bytes each."""

from array import array
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple


class Entry(NamedTuple):
    """One accepted call; `thread` is 0 outside topics."""

    at: float
    chat_id: int
    message_id: int
    method: str
    text: str
    silent: bool
    thread: int


class Ledger:
    """Append-only; a million entries with one text take about 40 MB."""

    def __init__(self) -> None:
        #: Calls refused, by error code, and calls received, by method.
        self.refused: Counter[int] = Counter()
        self.received: Counter[str] = Counter()
        self.clear()

    def clear(self) -> None:
        self.refused.clear()
        self.received.clear()
        self._at = array("d")
        self._chat = array("q")
        self._message = array("q")
        self._thread = array("q")
        self._text = array("L")
        self._method = array("B")
        self._silent = array("B")
        self._methods: dict[str, int] = {}
        self._texts: dict[str, int] = {}

    def record(self, entry: Entry) -> None:
        self._at.append(entry.at)
        self._chat.append(entry.chat_id)
        self._message.append(entry.message_id)
        self._thread.append(entry.thread)
        self._text.append(self._texts.setdefault(entry.text, len(self._texts)))
        self._method.append(self._methods.setdefault(entry.method, len(self._methods)))
        self._silent.append(entry.silent)

    def __len__(self) -> int:
        return len(self._at)

    def __iter__(self) -> Iterator[Entry]:
        return self.entries()

    def entries(
        self, *, method: str | None = None, chat_id: int | None = None, since: int = 0
    ) -> Iterator[Entry]:
        """Yield entries in order, from index `since` on."""
        methods, texts = list(self._methods), list(self._texts)
        for index in range(since, len(self._at)):
            if chat_id is not None and self._chat[index] != chat_id:
                continue
            name = methods[self._method[index]]
            if method is not None and name != method:
                continue
            yield Entry(
                self._at[index],
                self._chat[index],
                self._message[index],
                name,
                texts[self._text[index]],
                bool(self._silent[index]),
                self._thread[index],
            )

    def count(self, method: str | None = None, *, chat_id: int | None = None) -> int:
        if method is None and chat_id is None:
            return len(self)
        return sum(1 for _ in self.entries(method=method, chat_id=chat_id))

    def chats(self, method: str | None = None) -> Counter[int]:
        """Count accepted calls per chat: repeats and gaps of a broadcast at one look."""
        if method is None:
            return Counter(self._chat)
        return Counter(entry.chat_id for entry in self.entries(method=method))

    def bytes_used(self) -> int:
        """Return the size of the columns, without the distinct texts."""
        columns = (self._at, self._chat, self._message, self._thread, self._text)
        flags = (self._method, self._silent)
        return sum(len(column) * column.itemsize for column in (*columns, *flags))
