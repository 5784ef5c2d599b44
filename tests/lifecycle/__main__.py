"""`python -m tests.lifecycle` (`make life`): write the table anew."""

from __future__ import annotations

from tests.lifecycle.document import DOCUMENT, inserted


def main() -> None:
    """Write the document with the table as it is now."""
    DOCUMENT.write_text(inserted(DOCUMENT.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
