"""An advisory's life: the table, the clock, and any order of events over a small town."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.domain.life import (
    ENDINGS,
    LATE_AFTER,
    OVER,
    TABLE,
    Audience,
    Decision,
    Event,
    Facts,
    Form,
    Mark,
    Purpose,
    Sound,
    State,
    Timing,
    Window,
    change,
    decide,
    timers,
    timing,
)

KYIV = ZoneInfo("Europe/Kyiv")
OPENS = datetime(2024, 11, 20, 0, 0, tzinfo=KYIV)
ENDS = datetime(2024, 11, 21, 0, 0, tzinfo=KYIV)
HOUR = timedelta(hours=1)
REMINDERS = (12 * HOUR, 2 * HOUR)
ALARMS = {Purpose.ALERT, Purpose.WINDOW_OPEN, Purpose.EXTENDED, Purpose.UPDATE, Purpose.CORRECTION}
RULES = [
    ("a cancel is heard", State.OPEN, Event.CANCEL, Sound.LOUD),
    ("an all-clear is heard", State.OPEN, Event.ALL_CLEAR, Sound.LOUD),
    ("a rise is heard", State.ANNOUNCED, Event.MAJOR, Sound.LOUD),
    ("a reminder is not", State.ANNOUNCED, Event.REMINDER, Sound.SILENT),
    ("a small update is not", State.OPEN, Event.MINOR, Sound.SILENT),
    ("a window that passed is not", State.OPEN, Event.PASSES, Sound.SILENT),
]


@pytest.mark.parametrize(
    ("state", "event", "sound"), [r[1:] for r in RULES], ids=[r[0] for r in RULES]
)
def test_sound_is_what_the_table_says(state: State, event: Event, sound: Sound) -> None:
    telling = decide(state, event).telling
    assert telling is not None
    assert telling.sound is sound


@pytest.mark.parametrize("state", sorted(OVER))
@pytest.mark.parametrize("event", Event)
def test_nothing_leads_out_of_an_end(state: State, event: Event) -> None:
    assert decide(state, event) == Decision(state)


@pytest.mark.parametrize("event", [Event.CANCEL, Event.ALL_CLEAR, Event.EASED, Event.PASSES])
def test_who_was_never_alerted_hears_of_no_end(event: Event) -> None:
    assert decide(State.UNTOLD, event).telling is None


def test_ends_are_told_to_those_only_who_were_told() -> None:
    for decision in TABLE.values():
        telling = decision.telling
        if telling and telling.purpose in {*ENDINGS, Purpose.EASED}:
            assert telling.audience in (Audience.TOLD, Audience.LEFT_OUT)
            assert telling.form is Form.ANSWER


def test_missed_timer_tells_nothing_and_still_ends() -> None:
    missed = decide(State.OPEN, Event.PASSES, Timing.MISSED)
    assert (missed.state, missed.telling, missed.mark) == (State.PASSED, None, Mark.ENDED)


LATER = OPENS + 10 * HOUR
WORDS = [
    ("nothing differs", {}, Event.MINOR),
    ("it gets worse", {"severity": 4}, Event.MAJOR),
    ("it gets milder", {"severity": 1}, Event.MINOR),
    ("the threat is another", {"hazard": "drone"}, Event.MAJOR),
    ("it is for now", {"urgent": True}, Event.MAJOR),
    ("it begins an hour earlier", {"window": Window(OPENS - HOUR, ENDS)}, Event.MAJOR),
    ("it begins four minutes earlier", {"window": Window(OPENS - HOUR / 15, ENDS)}, Event.MINOR),
    ("it begins later", {"window": Window(OPENS + HOUR, ENDS)}, Event.MINOR),
    ("it lasts longer", {"window": Window(OPENS, ENDS + HOUR)}, Event.EXTENDED),
    ("it ends sooner", {"window": Window(OPENS, ENDS - HOUR)}, Event.MINOR),
    ("it is worse and longer", {"severity": 4, "window": Window(OPENS, LATER)}, Event.MAJOR),
]


@pytest.mark.parametrize(("changes", "event"), [r[1:] for r in WORDS], ids=[r[0] for r in WORDS])
def test_update_is_small_or_not(changes: dict[str, object], event: Event) -> None:
    before = Facts(Window(OPENS, ENDS), 3, "missile", urgent=False)
    values = {"window": before.window, "severity": 3, "hazard": "missile", "urgent": False}
    after = Facts(**{**values, **changes})  # type: ignore[arg-type]
    assert change(before, after, OPENS - 5 * HOUR) is event


def test_window_that_is_open_cannot_begin_earlier() -> None:
    before = Facts(Window(OPENS, ENDS), 3, "missile", urgent=False)
    after = Facts(Window(OPENS - HOUR, ENDS), 3, "missile", urgent=False)
    assert change(before, after, OPENS + HOUR) is Event.MINOR


SPRING, AUTUMN = datetime(2024, 3, 31, tzinfo=KYIV), datetime(2024, 10, 27, tzinfo=KYIV)
CLOCK = [
    (
        "both reminders, the opening and the end",
        Window(OPENS, ENDS),
        OPENS - 20 * HOUR,
        ["remind720", "remind120", "open", "passed"],
    ),
    (
        "a reminder that would be over is none",
        Window(OPENS, ENDS),
        OPENS - 3 * HOUR,
        ["remind120", "open", "passed"],
    ),
    ("an open window opens no more", Window(OPENS, ENDS), OPENS, ["passed"]),
    ("an end that nobody stated is still an end", Window(OPENS, ENDS, False), OPENS, ["passed"]),
]


@pytest.mark.parametrize(
    ("window", "at", "names"), [r[1:] for r in CLOCK], ids=[r[0] for r in CLOCK]
)
def test_timers_are_those_that_lie_ahead(window: Window, at: datetime, names: list[str]) -> None:
    assert [timer.name for timer in timers(window, at, REMINDERS)] == names


INSTANTS = [
    (
        "the night in which the clock goes forward is an hour shorter",
        Window(SPRING.replace(hour=8), SPRING.replace(hour=9)),
        "remind720",
        datetime(2024, 3, 30, 19, 0, tzinfo=KYIV),
    ),
    (
        "the night in which it goes back is an hour longer",
        Window(AUTUMN.replace(hour=8), AUTUMN.replace(hour=9)),
        "remind720",
        datetime(2024, 10, 26, 21, 0, tzinfo=KYIV),
    ),
    (
        "two hours before the first of March of a leap year is the 29th",
        Window(datetime(2024, 3, 1, 1, tzinfo=KYIV), datetime(2024, 3, 1, 9, tzinfo=KYIV)),
        "remind120",
        datetime(2024, 2, 29, 23, 0, tzinfo=KYIV),
    ),
]


@pytest.mark.parametrize(
    ("window", "name", "due"), [r[1:] for r in INSTANTS], ids=[r[0] for r in INSTANTS]
)
def test_timers_are_instants(window: Window, name: str, due: datetime) -> None:
    # Aware times of one zone are compared by the clock on the wall: the life is counted in UTC.
    utc = Window(window.starts.astimezone(UTC), window.ends.astimezone(UTC))
    found = {timer.name: timer for timer in timers(utc, utc.starts - 48 * HOUR, REMINDERS)}
    assert found[name].due == due.astimezone(UTC)


def test_reminder_is_worth_telling_until_the_next_one_is_due() -> None:
    found = timers(Window(OPENS, ENDS), OPENS - 48 * HOUR, (2 * HOUR, 12 * HOUR))
    assert {one.name: one.until for one in found if one.event is Event.REMINDER} == {
        "remind720": OPENS - 2 * HOUR,
        "remind120": OPENS,
    }


MET = [
    ("at once", timedelta(0), Timing.IN_TIME),
    ("within a quarter of an hour", LATE_AFTER - HOUR / 60, Timing.IN_TIME),
    ("the bot was down for a while", 3 * HOUR, Timing.LATE),
    ("it is not worth telling any more", 24 * HOUR, Timing.MISSED),
    ("the clock jumped far ahead", 1000 * HOUR, Timing.MISSED),
]


@pytest.mark.parametrize(("late", "how"), [r[1:] for r in MET], ids=[r[0] for r in MET])
def test_timer_is_in_time_late_or_missed(late: timedelta, how: Timing) -> None:
    assert timing(OPENS, ENDS, OPENS + late) is how


class Town(RuleBasedStateMachine):
    """Three chats, two places, and any events in any order, told by what `decide` says."""

    chats = ("a", "b", "c")

    def __init__(self) -> None:
        super().__init__()
        self.state = State.UNTOLD
        self.follows = {"a": "kyiv", "b": "kyiv", "c": "lviv"}
        self.places = {"kyiv"}
        self.heard: dict[str, list[Purpose]] = {chat: [] for chat in self.chats}
        self.live: dict[str, int] = dict.fromkeys(self.chats, 0)
        self.ended = False

    def _happen(self, event: Event, timing: Timing = Timing.IN_TIME) -> None:
        decision = decide(self.state, event, timing)
        telling = decision.telling
        told = {chat for chat in self.chats if self.heard[chat]}
        if telling is not None:
            assert self.state not in OVER, "an alarm or an end after the end"
            self._tell(told, decision)
        if decision.mark is Mark.ENDED:
            self.live = dict.fromkeys(self.chats, 0)
        takes_over = decision.state is State.SUPERSEDED
        # An update goes on in a life of its own: its window is open from then on.
        self.state = State.OPEN if takes_over else decision.state

    def _tell(self, told: set[str], decision: Decision) -> None:
        telling = decision.telling
        assert telling is not None
        here = {chat for chat, place in self.follows.items() if place in self.places}
        reached = {
            Audience.PLACES: here,
            Audience.TOLD: told,
            Audience.UNPREPARED: told,
            Audience.TOLD_AND_PLACES: told | here,
        }[telling.audience]
        if telling.purpose not in ALARMS:
            assert reached <= told, "who was not told hears of no end"
        if telling.purpose in ENDINGS:
            assert reached == told, "everybody who was told hears of the end"
        for chat in reached:
            changes = telling.form is Form.IN_PLACE and chat in told and self.live[chat]
            if telling.purpose in ALARMS and not changes:
                replaced = self.live[chat] if decision.mark is Mark.REPLACED else 0
                self.live[chat] += 1 - replaced
            self.heard[chat].append(telling.purpose)

    @rule(event=st.sampled_from([Event.PUBLISHED_AHEAD, Event.PUBLISHED_OPEN, Event.TOO_LATE]))
    def publish(self, event: Event) -> None:
        self._happen(event)

    @rule(event=st.sampled_from(Event))
    def anything(self, event: Event) -> None:
        # Whom an update leaves out, their places decide: see tests/integration/pipeline.
        if event not in (Event.PUBLISHED_AHEAD, Event.PUBLISHED_OPEN, Event.NARROWED):
            self._happen(event)

    @rule(event=st.sampled_from([Event.REMINDER, Event.OPENS, Event.PASSES]))
    def too_late(self, event: Event) -> None:
        self._happen(event, Timing.MISSED)

    @precondition(lambda self: self.state is State.OPEN)
    @rule(event=st.sampled_from([Event.MINOR, Event.MAJOR]))
    def widen(self, event: Event) -> None:
        self.places.add("lviv")
        self._happen(event)

    @invariant()
    def no_chat_has_two_live_messages(self) -> None:
        assert max(self.live.values()) <= 1

    @invariant()
    def nobody_hears_an_end_before_an_alarm(self) -> None:
        for heard in self.heard.values():
            assert not heard or heard[0] in ALARMS

    @invariant()
    def what_has_ended_is_live_nowhere(self) -> None:
        if self.state in {State.CANCELLED, State.CLEARED, State.PASSED}:
            assert not any(self.live.values())


TestTown = Town.TestCase
TestTown.settings = settings(max_examples=200, stateful_step_count=20, deadline=None)
