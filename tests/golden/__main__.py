"""`python -m tests.golden` (`make golden`): write the golden files anew."""

from __future__ import annotations

import sys

from tests.golden.messages import FOLDER, everything


def main() -> int:
    """Write what is new or changed and remove what no message stands behind."""
    made = everything()
    for path in sorted(FOLDER.glob("*/*.txt")):
        if path not in made:
            path.unlink()
    changed = [
        path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text
    ]
    for path in changed:
        path.parent.mkdir(exist_ok=True)
        path.write_text(made[path], "utf-8")
    print(f"{len(changed)} of {len(made)} golden files written; read them with git diff")
    return 0


if __name__ == "__main__":
    sys.exit(main())
