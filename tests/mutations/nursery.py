"""Runs pytest in children of a process that has imported everything but the code under test.

Imports take longer than most tests. Started as a script, so that `bot` is the child's folder's.
Each line on standard input is a JSON list: folder, file for the output, arguments of pytest.
Each line on standard output is that run's exit code.
"""

from __future__ import annotations

import importlib
import json
import os
import sys

PRELOADED = (
    *("aiohttp.web", "babel.support", "cryptography.hazmat.primitives.asymmetric.ed25519"),
    *("hypothesis.stateful", "lxml.etree", "prometheus_client", "pydantic_settings", "pytest"),
    *("pytest_asyncio", "rapidfuzz", "redis.asyncio", "structlog.testing", "telegram.ext", "yaml"),
)


def run(folder: str, output: str, arguments: list[str]) -> int:
    """One run, in the child."""
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    sys.path[0] = folder
    import pytest

    return int(pytest.main(arguments))


def main() -> None:
    """Serve until standard input ends."""
    sys.dont_write_bytecode = True
    for name in PRELOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = run(*json.loads(line))
            finally:
                sys.stdout.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
