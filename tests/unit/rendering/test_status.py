"""The answer to `/status`: who warns of what, where sources differ, and who has fallen silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import pytest

from bot.domain.accord import Heard, Matter, Voice, accords
from bot.domain.change import Version
from bot.domain.life import Window
from bot.domain.message import Message
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.subscriber import Chat, Kind, State
from bot.rendering.dialogue import Dialogue
from bot.rendering.notice import Notice
from bot.rendering.status import SHOWN, Situation, StatusTexts
from bot.rendering.text import MAX_UNITS, parsed_units, unmarked
from tests.unit.chat.places import GAZETTEER, KYIV, LVIV
from tests.unit.rendering.samples import GUIDANCE, TEXTS, advisory, info, notice

DIALOGUE = Dialogue(TEXTS, GAZETTEER)
STATUS = StatusTexts(TEXTS, GUIDANCE, DIALOGUE)
NOW = datetime(2024, 11, 20, 12, 5, tzinfo=UTC)
CHAT = Chat(id=5, kind=Kind.PRIVATE, language="uk", places=(KYIV.id, LVIV.id))
every_language = pytest.mark.parametrize("language", TEXTS.languages)
Said = tuple[Voice, AdvisoryRecord, Notice]


def said(
    name: str,
    *,
    trust: int = 5,
    withdrawn: datetime | None = None,
    status: str = "Actual",
    **of: Any,
) -> Said:
    """One source's advisory with everything that the text is made of."""
    about = advisory(
        info(senderName=name, **of),
        identifier=f"{crc32(repr((name, of)).encode())}",
        sender=f"{crc32(name.encode())}@example.org",
        status=status,
    )
    start, end = about.window
    assert end is not None
    version = Version(about, "combined_air_attack", Window(start, end))
    places = frozenset({KYIV.id})
    voice = Voice(about.id, version, "siren", places, name, trust, withdrawn)
    record = AdvisoryRecord(
        id=about.id,
        payload=b"",
        raw=b"",
        source=None,
        signed=True,
        state=AdvisoryState.PUBLISHED,
        code="KYI-7Q2F",
        places=tuple(places),
        named=(KYIV.id,),
        unresolved=(),
        reasons=(),
        received=about.sent,
        expires=end,
    )
    return voice, record, notice(about, source_name=name)


def situation(*all_said: Said, heard: tuple[Heard, ...] = ()) -> Situation:
    told = {voice.id: (record, told) for voice, record, told in all_said}
    return Situation(accords([voice for voice, _, _ in all_said]), told, heard)


def status(language: str, found: Situation, chat: Chat = CHAT) -> Message:
    message = STATUS.status(language, chat, found, NOW)
    assert parsed_units(message.html) <= MAX_UNITS
    return message


@every_language
def test_status_tells_what_is_active_where_until_when_and_what_is_not(language: str) -> None:
    one = said("Example Embassy in Kyiv", headline="Potential air attack")
    message = status(language, situation(one))
    shown = unmarked(message.html)
    for part in (
        KYIV.name(language),
        "Potential air attack",
        "KYI-7Q2F",
        "Example Embassy in Kyiv",
        TEXTS.get(language, "advisory.posture.closed"),
        TEXTS.get(language, "advisory.severity.Severe"),
        "22:30",  # issued, in Kyiv's time
        "14:05",  # now, in Kyiv's time
        DIALOGUE.text(language, "status.none", cities=LVIV.name(language)),
        DIALOGUE.text(language, "status.siren"),
    ):
        assert part in shown
    assert message.keyboard[0][0].data == f"more:{one[0].id}"


@every_language
def test_sources_that_agree_are_shown_one_below_the_other_the_most_trusted_first(
    language: str,
) -> None:
    found = situation(said("Newspaper", trust=1), said("Ministry", trust=9))
    shown = unmarked(status(language, found).html)
    assert DIALOGUE.text(language, "status.agree") in shown
    assert shown.index("Ministry") < shown.index("Newspaper")


@every_language
def test_where_sources_differ_it_is_said_and_each_keeps_its_own_words(language: str) -> None:
    closed = said("Embassy A", severity="Extreme")
    open_ = said(
        "Embassy B",
        parameter=[{"valueName": "embassyPosture", "value": "public-closed"}],
        severity="Minor",
        expires="2024-11-20T12:00:00+02:00",
    )
    shown = unmarked(status(language, situation(closed, open_)).html)
    for matter in (Matter.SEVERITY, Matter.TIME, Matter.POSTURE):
        assert DIALOGUE.text(language, f"status.matter.{matter}") in shown
    for key in ("severity.Extreme", "severity.Minor", "posture.closed", "posture.public-closed"):
        assert TEXTS.get(language, f"advisory.{key}") in shown


@every_language
def test_what_one_source_withdrew_is_told_beside_what_another_still_says(language: str) -> None:
    found = situation(said("Embassy A", withdrawn=NOW), said("Embassy B"))
    message = status(language, found)
    shown = unmarked(message.html)
    assert DIALOGUE.text(language, "status.matter.whether") in shown
    assert shown.index("Embassy B") < shown.index("Embassy A")
    assert len(message.keyboard) == 2  # more of what holds, and the cities


@every_language
def test_status_marks_drills_and_escapes_the_source(language: str) -> None:
    one = said("A", status="Exercise", headline="<b>Air</b> & attack")
    html = status(language, situation(one)).html
    drill = DIALOGUE.text(language, "status.drill", headline="")
    assert f"{drill}&lt;b&gt;Air&lt;/b&gt; &amp; attack" in html


@every_language
def test_status_with_many_long_advisories_fits(language: str) -> None:
    many = [
        said(f"{n} {'довге ім’я ' * 30}", headline=f"{n} {'дуже довгий заголовок ' * 40}")
        for n in range(20)
    ]
    heard = tuple(Heard("дуже довга назва " * 30, NOW, is_silent=True) for _ in range(30))
    message = status(language, situation(*many, heard=heard))
    buttons = [row[0].data for row in message.keyboard]
    shown = len([data for data in buttons if data and data.startswith("more:")])
    assert 1 <= shown <= SHOWN
    assert TEXTS.plural(language, "chat.status.rest", 20 - shown) in unmarked(message.html)


@every_language
def test_status_of_a_group_has_no_buttons(language: str) -> None:
    group = replace(CHAT, kind=Kind.GROUP)
    assert status(language, situation(said("A")), group).keyboard == ()


@every_language
def test_stopped_chat_is_told_so_with_its_status(language: str) -> None:
    off = DIALOGUE.text(language, "off.private")
    assert off in unmarked(status(language, Situation(), replace(CHAT, state=State.STOPPED)).html)
    assert off not in unmarked(status(language, Situation()).html)


@every_language
def test_status_tells_when_each_source_was_last_heard_of(language: str) -> None:
    heard = (
        Heard("Embassy", NOW - timedelta(hours=1)),
        Heard("Ministry", NOW - timedelta(days=2), is_silent=True),
        Heard("Agency"),
    )
    lines = unmarked(status(language, situation(heard=heard)).html).split("\n")
    silent = DIALOGUE.text(language, "status.heard.silent")
    embassy, ministry, agency = (next(line for line in lines if one.name in line) for one in heard)
    assert "13:05" in embassy
    assert silent not in embassy
    assert ministry.endswith(silent)
    assert DIALOGUE.text(language, "status.heard.never", name="Agency") in agency


@every_language
def test_daily_message_says_that_nothing_is_active_and_what_a_siren_means(language: str) -> None:
    message = STATUS.nothing(language, CHAT, NOW)
    assert message.silent
    names = ", ".join(place.name(language) for place in (KYIV, LVIV))
    for part in (
        DIALOGUE.text(language, "status.none", cities=names),
        DIALOGUE.text(language, "status.siren"),
        "14:05",
        "/settings",
    ):
        assert part in unmarked(message.html)


@every_language
def test_status_says_what_a_graded_all_clear_allows(language: str) -> None:
    voice, record, told = said("Embassy")
    meaning = TEXTS.get(language, "advisory.eased.meaning")
    assert meaning not in status(language, situation((voice, record, told))).html
    eased = replace(voice, eased=NOW)
    assert meaning in unmarked(status(language, situation((eased, record, told))).html)
