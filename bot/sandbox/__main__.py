"""`python -m bot.sandbox`: the local Telegram by itself, for a bot in another process."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys

from bot.sandbox.limits import Limits
from bot.sandbox.server import DEFAULT_TOKEN, Sandbox


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--token", default=DEFAULT_TOKEN)
    parser.add_argument("--limits", choices=("on", "off"), default="on")
    parser.add_argument("--seed", type=int, default=0, help="of the faults' chance")
    parser.add_argument("--light", action="store_true", help="count messages, do not keep them")
    return parser.parse_args()


async def serve(arguments: argparse.Namespace) -> None:
    """Print the address and token as one line of JSON, then serve until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        # Windows has no signal handlers on the loop; Ctrl-C still ends it there.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    async with Sandbox(
        arguments.token,
        host=arguments.host,
        port=arguments.port,
        limits=Limits.off() if arguments.limits == "off" else Limits.telegram(),
        seed=arguments.seed,
        keep_messages=not arguments.light,
    ) as sandbox:
        line = {"url": sandbox.url, "token": sandbox.token, "page": sandbox.page_url}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(_arguments()))
