"""What operators read of a broadcast, in their languages and within Telegram's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.content.texts import Texts
from bot.domain.audit import Doing, Span, chained
from bot.domain.broadcast import Broadcast, BroadcastState
from bot.domain.delivery import CAUSES, Cause, End, Lane
from bot.domain.histogram import Histogram, bucket_of
from bot.domain.paid import Mode, Reason
from bot.domain.progress import Account, Measures, Payment, Phase, Progress
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.rendering.progress import ProgressTexts
from bot.rendering.text import MAX_UNITS, parsed_units, unmarked
from tests.unit.rendering.samples import advisory, info
from tests.unit.rendering.telegram_html import read

BEGAN = datetime(2024, 11, 19, 20, 30, 5, tzinfo=UTC)
ID = "abcdefghijklmnopqrst"
TEXTS = Texts.load()
WORDS = ProgressTexts(TEXTS, "Europe/Kyiv")
LONG = "🌊 & <b> " * 200
EVERY_CAUSE = {cause: 1_234_567 for causes in CAUSES.values() for cause in causes}


def account(name: str = "", headline: str = "Possible air attack", deeds: int = 2) -> Account:
    broadcast = Broadcast(
        ID + name,
        Lane.PREPARE,
        BroadcastState.SENDING,
        BEGAN + timedelta(hours=9),
        audience=130,
        counts={End.SENT: 100, End.UNREACHABLE: 5},
        started=BEGAN,
        expected=1200,
    )
    measures = Measures(
        Histogram({bucket_of(1800): 60, bucket_of(3500): 40}, 3600), {Cause.BLOCKED: 3}, 2, 4000
    )
    found = Progress(
        broadcast, measures, BEGAN + timedelta(seconds=4), 1200, rate_per_s=27.96, left_s=39.2
    )
    told = advisory(info(headline=headline))
    record = AdvisoryRecord(
        ID, b"{}", b"{}", None, True, AdvisoryState.PUBLISHED, "KYI-7Q2F", (), (), (), (),
        BEGAN - timedelta(seconds=2), BEGAN + timedelta(hours=9),
    )  # fmt: skip
    done = [chained(Span(), Doing("approved", 7, LONG, ID), BEGAN) for _ in range(deeds)]
    return Account(found, record, told, tuple(done))


def ended(one: Account, broadcast: Broadcast | None = None) -> Account:
    broadcast = broadcast or replace(
        one.progress.broadcast,
        state=BroadcastState.DONE,
        ended=BEGAN + timedelta(seconds=9),
        audience=105,
    )
    progress = replace(one.progress, broadcast=broadcast, total=105, left_s=None)
    return replace(one, progress=progress)


def test_live_message_has_everything_an_operator_asks() -> None:
    message = WORDS.live("en", account())
    assert message.silent
    assert unmarked(message.html).splitlines() == [
        "Being sent: KYI-7Q2F",
        "Possible air attack",
        "",
        "▓░░░░░░░░░░░░░░░░░░░ 8%",
        "Accepted by Telegram: 100 of about 1,200",
        "Could not be reached: 5",
        "28 a second, about 39 secs left",
        "",
        "Lane: prepare",
        "429 from Telegram: 2; everything rested for 4 secs in all",
        "At the free rate. Stars spent: 0",
    ]


def test_report_adds_up_and_names_times_and_people() -> None:
    message = WORDS.report("en", ended(account(deeds=0)))
    text = unmarked(message.html)
    for line in (
        "Report: KYI-7Q2F, finished",
        "Audience: 105",
        "• could not be reached: 5 (blocked the bot: 3, other: 2)",
        "The counts add up.",
        "Accepted within: 1.9 secs for half, 3.6 secs for 95 of 100, 3.6 secs for the last",
        "28 a second on average",
        "Began: Tue 19 Nov 2024, 22:30:05, Kyiv time",
        "Accepted is not read: nobody knows who has read it.",
    ):
        assert line in text
    assert [[one.data for one in row] for row in message.keyboard] == [[f"pg:csv:{ID}"]]
    broken = ended(account())
    counts = {End.SENT: 100}
    broadcast = replace(broken.progress.broadcast, counts=counts)
    broken = replace(broken, progress=replace(broken.progress, broadcast=broadcast))
    assert "do not add up: 100 of 105" in WORDS.report("en", broken).html


PARTS = [("", ""), ("-remind60", "60"), ("-open", "begins"), ("-passed", "over"), ("-new", "new")]


@pytest.mark.parametrize(("name", "said"), PARTS)
def test_follow_up_says_which_one_it_is(name: str, said: str) -> None:
    assert said in WORDS.live("en", account(name)).html


@pytest.mark.parametrize("language", ["en", "uk", "de"])
@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("lane", Lane)
def test_every_state_has_words(language: str, phase: Phase, reason: Reason, lane: Lane) -> None:
    mode = Mode.PAID if reason is Reason.CHOSEN else Mode.FREE
    states = {one.value: one for one in BroadcastState}
    broadcast = replace(
        account().progress.broadcast,
        lane=lane,
        state=states.get(phase.value, BroadcastState.SENDING),
        ended=BEGAN if phase in (Phase.DONE, Phase.CANCELLED, Phase.EXPIRED) else None,
    )
    if phase is Phase.STOPPING:
        broadcast = replace(broadcast, state=BroadcastState.CANCELLED)
    progress = replace(
        account().progress,
        broadcast=broadcast,
        rests_s=5.0 if phase is Phase.RESTING else 0.0,
        payment=Payment(mode, reason, 123),
    )
    assert progress.phase is phase
    one = replace(account(), progress=progress)
    for message in (WORDS.live(language, one), WORDS.report(language, one)):
        assert "12.3" in message.html or "12,3" in message.html
        assert "{" not in message.html


@pytest.mark.parametrize("language", ["en", "uk"])
def test_longest_messages_fit(language: str) -> None:
    most = {end: 1_234_567_890 for end in End}
    one = account("-remind1440", LONG, deeds=40)
    broadcast = replace(one.progress.broadcast, counts=most, audience=sum(most.values()))
    progress = replace(
        one.progress,
        broadcast=broadcast,
        measures=replace(one.progress.measures, causes=EVERY_CAUSE),
        total=broadcast.audience,
    )
    one = replace(one, progress=progress)
    messages = (
        WORDS.live(language, one),
        WORDS.report(language, one, listed=True),
        WORDS.report(language, ended(one, broadcast=replace(broadcast, ended=BEGAN))),
        WORDS.listing(language, [one] * 8, [one] * 6),
    )
    for message in messages:
        assert parsed_units(message.html) <= MAX_UNITS
        read(message.html)


def test_list_has_a_button_for_each_report() -> None:
    page = WORDS.listing("en", [account()], [ended(account("-open"))])
    assert [row[0].data for row in page.keyboard] == [f"pg:see:{ID}", f"pg:see:{ID}-open"]
    assert page.html.index("Being sent now") < page.html.index("Ended last")
    assert "Nothing has been sent yet." in WORDS.listing("en", [], []).html


def test_drill_says_so_first() -> None:
    drill = replace(account(), advisory=advisory(status="Exercise"))
    for language, word in (("en", "DRILL"), ("uk", "НАВЧАННЯ"), ("de", "DRILL")):
        assert WORDS.live(language, drill).html.startswith(f"<b>{word}. ")
