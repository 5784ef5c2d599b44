"""Every text of the conversation, in every language, within Telegram's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from string import Formatter
from zlib import crc32

import pytest
from babel.messages.pofile import read_po

from bot.chat import menus
from bot.chat.choice import Match
from bot.content.texts import LOCALES, Texts
from bot.domain.advisory import Advisory, MsgType, Status
from bot.domain.message import Message
from bot.domain.operators import Role
from bot.domain.record import AdvisoryRecord, AdvisoryState
from bot.domain.subscriber import MAX_PLACES, Chat, Household, Kind, State
from bot.rendering.dialogue import POPUP_LIMIT, Coming, Dialogue, Word, stands
from bot.rendering.text import MAX_UNITS, parsed_units, unmarked
from tests.unit.chat.places import GAZETTEER, HORODOK_EAST, HORODOK_WEST, KYIV, LVIV

TEXTS = Texts.load()
DIALOGUE = Dialogue(TEXTS, GAZETTEER)
NOW = datetime(2024, 11, 20, 12, 5, tzinfo=UTC)
SENT = datetime(2024, 11, 19, 20, 30, tzinfo=UTC)
CHAT = Chat(id=5, kind=Kind.PRIVATE, language="uk", places=(KYIV.id, LVIV.id))
every_language = pytest.mark.parametrize("language", TEXTS.languages)


def advisory(
    headline: str = "Potential air attack", status: str = "Actual", msg_type: str = "Alert"
) -> Advisory:
    return Advisory.model_validate(
        {
            "identifier": f"advisory-{crc32((headline + status).encode())}",
            "sender": "acs@embassy.example",
            "sent": SENT,
            "status": status,
            "msgType": msg_type,
            "scope": "Public",
            "references": (
                "acs@embassy.example,earlier,2024-11-19T10:00:00+02:00"
                if msg_type != "Alert"
                else None
            ),
            "info": [
                {
                    "category": ["Security"],
                    "event": "Attack",
                    "urgency": "Expected",
                    "severity": "Severe",
                    "certainty": "Possible",
                    "onset": SENT + timedelta(hours=2),
                    "expires": NOW + timedelta(hours=10),
                    "headline": headline,
                    "area": [{"areaDesc": "Kyiv"}],
                }
            ],
        }
    )


def record(
    about: Advisory,
    state: AdvisoryState = AdvisoryState.PUBLISHED,
    places: tuple[str, ...] = (KYIV.id,),
) -> AdvisoryRecord:
    return AdvisoryRecord(
        id=about.id,
        payload=about.to_json(),
        raw=b"",
        source=None,
        signed=False,
        state=state,
        code="KYI-7Q2F",
        places=places,
        named=places,
        unresolved=(),
        reasons=("unsigned",),
        received=SENT,
        expires=NOW + timedelta(hours=10),
    )


def texts_of(domain: str) -> dict[str, str]:
    """A text of each key of a domain, in English."""
    with (LOCALES / "en" / f"{domain}.po").open("rb") as file:
        catalog = read_po(file)
    found: dict[str, str] = {}
    for message in catalog:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            string = message.string
            found[key] = string if isinstance(string, str) else (string or ("",))[0]
    return found


EVERY_TEXT = texts_of("chat") | texts_of("operator")


def assert_fits(message: Message) -> None:
    assert 0 < parsed_units(message.html) <= MAX_UNITS
    assert sum(len(row) for row in message.keyboard) <= 100
    for row in message.keyboard:
        assert len(row) <= 8
        for button in row:
            assert button.text.strip()
            assert len(button.text) <= 64


@pytest.mark.parametrize("key", EVERY_TEXT)
def test_every_text_renders_in_every_language(key: str) -> None:
    names = {name for _, name, _, _ in Formatter().parse(EVERY_TEXT[key]) if name}
    values = {name: "x" for name in names - {"n"}}
    for language in TEXTS.languages:
        for n in (0, 1, 2, 5, 11, 21, 1000):
            shown = TEXTS.plural(TEXTS.covering(language, key), key, n, **values)
            assert "{" not in shown, language
            assert shown == shown.strip(), language


@every_language
@pytest.mark.parametrize(
    "key", ["error.storage", "error.fault", "error.old_button", "group.admins_only", "gone"]
)
def test_answers_to_buttons_fit(language: str, key: str) -> None:
    assert len(DIALOGUE.text(language, key)) <= POPUP_LIMIT


@every_language
def test_welcome_says_what_it_is_not_and_offers_the_largest_cities(language: str) -> None:
    welcome, chosen = DIALOGUE.welcome(language), DIALOGUE.choose(language)
    assert_fits(welcome)
    assert_fits(chosen)
    assert DIALOGUE.text(language, "not_siren") in unmarked(welcome.html)
    first = chosen.keyboard[0][0]
    assert (first.text, first.data) == (KYIV.name(language), f"city:add:{KYIV.id}")


@every_language
@pytest.mark.parametrize("match", [match for match in Match if match is not Match.EXACT])
def test_offer_names_every_region(language: str, match: Match) -> None:
    offer = DIALOGUE.offer(language, match, (HORODOK_WEST, HORODOK_EAST))
    assert_fits(offer)
    labels = [button.text for row in offer.keyboard for button in row]
    assert labels == [GAZETTEER.label(place, language) for place in (HORODOK_WEST, HORODOK_EAST)]


def test_offer_in_a_channel_has_no_buttons() -> None:
    offer = DIALOGUE.offer_names("en", Match.NAMESAKES, (HORODOK_WEST, HORODOK_EAST))
    assert offer.keyboard == ()
    assert "<code>/city Horodok, Lviv Oblast</code>" in offer.html


@every_language
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("coming", Coming)
def test_confirmation_says_what_is_active_and_never_promises(
    language: str, kind: Kind, coming: Coming
) -> None:
    done = DIALOGUE.followed(
        language, replace(CHAT, kind=kind), KYIV, is_new=True, coming=coming, sent=2
    )
    assert_fits(done)
    assert KYIV.name(language) in done.html
    assert DIALOGUE.text(language, "not_siren") in unmarked(done.html)


@every_language
def test_full_list_of_cities_still_fits(language: str) -> None:
    places = tuple(place.id for place in GAZETTEER.settlements)
    padded = (places * MAX_PLACES)[:MAX_PLACES]
    assert_fits(DIALOGUE.cities(language, replace(CHAT, places=padded)))
    assert_fits(DIALOGUE.full(language))


@every_language
def test_chat_without_cities_is_offered_some(language: str) -> None:
    menu = DIALOGUE.cities(language, replace(CHAT, places=()))
    assert DIALOGUE.text(language, "cities.empty") in unmarked(menu.html)
    assert menu.keyboard[0][0].data == f"city:add:{KYIV.id}"


@every_language
def test_stopped_chat_is_told_so(language: str) -> None:
    off = DIALOGUE.text(language, "off.private")
    stopped = replace(CHAT, state=State.STOPPED)
    assert off in unmarked(DIALOGUE.cities(language, stopped).html)
    assert off not in unmarked(DIALOGUE.cities(language, CHAT).html)


@pytest.mark.parametrize(
    ("state", "kind", "now", "word"),
    [
        pytest.param("published", "Alert", NOW, Word.ACTIVE, id="in its time"),
        pytest.param("published", "Alert", SENT, Word.SCHEDULED, id="before its time"),
        pytest.param(
            "published", "Alert", NOW + timedelta(hours=10), Word.PASSED, id="at its expiry"
        ),
        pytest.param("published", "Cancel", NOW, Word.WITHDRAWAL, id="a withdrawal itself"),
        pytest.param("cancelled", "Alert", NOW, Word.CANCELLED, id="withdrawn"),
        pytest.param("superseded", "Alert", NOW, Word.SUPERSEDED, id="replaced"),
        pytest.param("cleared", "Alert", NOW, Word.CLEARED, id="ended by an all-clear"),
        pytest.param("pending", "Alert", NOW, Word.UNKNOWN, id="what waits is not known to people"),
        pytest.param("rejected", "Alert", NOW, Word.UNKNOWN, id="nor what was rejected"),
    ],
)
def test_advisory_stands(state: str, kind: str, now: datetime, word: Word) -> None:
    about = advisory(msg_type=MsgType(kind).value)
    assert stands(record(about, AdvisoryState(state)), about, now) is word


@every_language
@pytest.mark.parametrize("state", ["published", "cancelled", "superseded", "cleared"])
@pytest.mark.parametrize("status", [Status.ACTUAL, Status.EXERCISE])
def test_answer_about_genuineness_fits_message_and_popup(
    language: str, state: str, status: Status
) -> None:
    about = advisory(status=status.value)
    current = (record(about, AdvisoryState(state)), about)
    source = "Посольство з дуже довгою назвою <x> " * 20
    said = {"source": source, "timezone": "Europe/Kyiv"}
    message = DIALOGUE.genuine(language, current, NOW, **said)
    popup = DIALOGUE.genuine_popup(language, current, NOW, **said)
    assert_fits(message)
    assert "<x>" not in message.html
    assert len(popup) <= POPUP_LIMIT
    assert "KYI-7Q2F" in popup
    assert "22:30" in popup
    standing = stands(*current, NOW)
    sentence = TEXTS.get(language, f"chat.verify.{standing}", time="\0").partition("\0")[0]
    assert sentence in popup


@every_language
def test_privacy_shows_all_that_is_kept(language: str) -> None:
    home = Household(adults=2, children=1, infants=0, pets=3, daily_medication=True)
    shown = DIALOGUE.privacy(language, replace(CHAT, household=home))
    assert_fits(shown)
    for part in ("5", KYIV.name(language), LVIV.name(language), "2", "3"):
        assert part in shown.html
    assert DIALOGUE.text(language, "privacy.nothing") in DIALOGUE.privacy(language, None).html


@every_language
def test_deletion_is_asked_before(language: str) -> None:
    no, yes = (row[0].data for row in DIALOGUE.confirm_deletion(language).keyboard)
    assert (no, yes) == ("privacy:show", "privacy:erase")


@every_language
def test_trial_is_marked_at_both_ends_and_loud_only_on_request(language: str) -> None:
    mark = f"<b>{DIALOGUE.text(language, 'test.mark')}</b>"
    for loud in (False, True):
        trial = DIALOGUE.trial(language, Message("as it <i>looks</i>"), loud=loud)
        assert trial.html.startswith(mark)
        assert trial.html.endswith(mark)
        assert "as it <i>looks</i>" in trial.html
        assert trial.silent is not loud
        data = [one.data for row in trial.keyboard for one in row]
        assert data == ([] if loud else ["test:loud"])
        # One that leaves no room is left out, and the marks never are.
        full = DIALOGUE.trial(language, Message("x" * 4090), loud=loud)
        assert full.html.endswith(mark)
        assert "xx" not in full.html


def test_languages_are_named_in_their_own_words() -> None:
    names = [button.text for row in DIALOGUE.languages("en").keyboard for button in row]
    assert names == [DIALOGUE.language_name(tag) for tag in TEXTS.languages]
    assert "Українська" in names


@every_language
def test_menus_and_profile_fit(language: str) -> None:
    names = {*menus.PRIVATE, *menus.GROUP, *menus.ADMINISTRATORS, *menus.of_role(Role.OWNER)}
    for command in menus.menu(TEXTS, language, names):
        assert 1 <= len(command.description) <= 256
    assert len(TEXTS.get(language, "chat.profile.description")) <= menus.DESCRIPTION_LIMIT
    assert len(TEXTS.get(language, "chat.profile.short")) <= menus.SHORT_LIMIT
