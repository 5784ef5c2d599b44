"""The operators' commands, listed in `bot/cli.py`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console as Terminal
from rich.live import Live
from rich.text import Text

from bot.console.bars import showing
from bot.console.opening import Console
from bot.console.shell import at_console, fail, load_settings
from bot.domain.followup import Finish
from bot.domain.record import AdvisoryState

Code = Annotated[str, typer.Argument(help="The warning's code, such as KYI-7Q2F.")]
Who = Annotated[int, typer.Option("--operator", help="Who does it: a Telegram user id.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for the code again.")]


def publish(
    payload: bytes, operator: int, *, city: str | None, override: str | None, may_ask: bool
) -> None:
    """Publish in an operator's name, and follow it to its end."""

    async def act(at: Console) -> bool:
        examined = await at.hands.examine(payload, operator)
        typed = city
        if examined.city is not None and typed is None:
            first = examined.city.name("en")
            if not may_ask:
                fail(f"--city: is missing; a grave warning is confirmed by --city {first!r}")
            typed = typer.prompt(f"Type {first} to publish")
        id = await at.hands.publish(examined, typed)
        with showing() as show:
            if override is not None:
                record = await at.looks.waiting(id)
                if record is not None and record.state is AdvisoryState.PENDING:
                    await at.hands.override(record.code, operator, override)
            return await at.looks.follow(id, show)

    at_console(load_settings(), act)


def approve(
    code: Code,
    operator: Who,
    override: Annotated[
        str | None,
        typer.Option(help="In an emergency publish alone what you wrote, for this reason."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Publish what waits for a decision, and follow it to its end."""
    _confirm(code, yes, "publish it")

    async def act(at: Console) -> bool:
        if override is None:
            record = await at.hands.approve(code, operator)
        else:
            record = await at.hands.override(code, operator, override)
        with showing() as show:
            return await at.looks.follow(record.id, show)

    at_console(load_settings(), act)


def reject(code: Code, operator: Who) -> None:
    """Refuse what waits for a decision: it reaches nobody."""

    async def act(at: Console) -> bool:
        record = await at.hands.reject(code, operator)
        typer.echo(f"{record.code} is rejected")
        return True

    at_console(load_settings(), act)


def cancel(
    code: Code,
    operator: Who,
    mistake: Annotated[
        bool, typer.Option("--mistake", help="Say that it should never have been sent.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Take a warning back: whoever was told hears of it."""
    _confirm(code, yes, "take it back")
    _finish(code, Finish.MISTAKE if mistake else Finish.WITHDRAWN, operator)


def all_clear(
    code: Code,
    operator: Who,
    stay_near: Annotated[
        bool, typer.Option("--stay-near", help="People may leave shelter, and stay near it.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Give the all-clear of a warning: whoever was told hears of it."""
    _confirm(code, yes, "give the all-clear")
    _finish(code, Finish.EASED if stay_near else Finish.CLEAR, operator)


def halt(code: Code, operator: Who) -> None:
    """Stop at once what is being sent of a warning; nothing is asked."""

    async def act(at: Console) -> bool:
        record = await at.hands.halt(code, operator)
        typer.echo(
            f"{record.code} is halted; go on with `forewarn resume {record.code}`, or take it back "
            f"with `forewarn cancel {record.code} --mistake`"
        )
        return True

    at_console(load_settings(), act)


def resume(code: Code, operator: Who) -> None:
    """Go on with what was halted, and follow it to its end."""

    async def act(at: Console) -> bool:
        record = await at.hands.resume(code, operator)
        with showing() as show:
            return await at.looks.follow(record.id, show)

    at_console(load_settings(), act)


def status(
    watch: Annotated[bool, typer.Option("--watch", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Say what needs a person, what is active, what waits, and how far each broadcast is."""

    async def act(at: Console) -> bool:
        terminal = Terminal()
        if watch and terminal.is_terminal:
            with Live(console=terminal, auto_refresh=False) as live:
                while True:
                    live.update(Text("\n".join(await at.looks.status())), refresh=True)
                    await asyncio.sleep(1)
        while True:
            for line in await at.looks.status():
                typer.echo(line)
            if not watch:
                return True
            await asyncio.sleep(1)
            typer.echo()

    with suppress(KeyboardInterrupt):
        at_console(load_settings(), act)


def audit(
    last: Annotated[int, typer.Option(min=1, max=1000, help="So many entries.")] = 20,
    form: Annotated[str | None, typer.Option("--export", help="All of it: csv or json.")] = None,
) -> None:
    """Say who did what and when; exits with 1 where the chain is broken."""
    if form not in (None, "csv", "json"):
        fail(f"--export: {form!r} is no form; write csv or json")

    async def act(at: Console) -> bool:
        if form is not None:
            sys.stdout.buffer.write(await at.looks.export(form))
        else:
            for line in await at.looks.audit(last):
                typer.echo(line)
        faults = await at.looks.faults()
        for fault in faults:
            typer.echo(f"forewarn: the audit is not whole: {fault}", err=True)
        return not faults

    at_console(load_settings(), act)


COMMANDS: dict[str, Callable[..., None]] = {
    "approve": approve,
    "reject": reject,
    "cancel": cancel,
    "allclear": all_clear,
    "halt": halt,
    "resume": resume,
    "status": status,
    "audit": audit,
}


def _finish(code: str, what: Finish, operator: int) -> None:
    async def act(at: Console) -> bool:
        finished = await at.hands.finish(code, what, operator)
        with showing() as show:
            return await at.looks.follow(finished.issued.id, show)

    at_console(load_settings(), act)


def _confirm(code: str, yes: bool, what: str) -> None:
    """The code typed twice: what is meant is what is done."""
    if not yes and typer.prompt(f"Type the code again to {what}") != code:
        fail("CODE: not the same; nothing was done")
