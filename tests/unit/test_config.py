"""Settings: where they come from, and what a wrong one says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot import config
from bot.config import ConfigurationError, Mode
from bot.domain.advisory import Severity
from bot.domain.delivery import Lane
from bot.loading import load_content

TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("BOT_CONFIG", "BOT_TELEGRAM__TOKEN", "BOT_REDIS__URL", "BOT_ADMINS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_SECRETS_DIR", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)


def test_settings_hold_without_any_file() -> None:
    settings = config.load()
    assert settings.delivery.rate == 28
    assert settings.telegram.mode is Mode.POLLING
    assert settings.redis_url is None


def test_paid_settings_become_terms_in_tenths_of_a_star() -> None:
    settings = config.load(delivery={"paid": {"enabled": True, "stars": 7, "lanes": ["drill"]}})
    terms = settings.delivery.paid.terms
    assert (terms.enabled, terms.budget, terms.min_balance) == (True, 70, 100_000)
    assert terms.lanes == {Lane.DRILL}


def test_life_settings_become_a_policy_that_knows_every_severity() -> None:
    policy = config.load(life={"reminders": [1.5], "lasts": {"Minor": 6}}).life.policy
    assert policy.minutes_ahead == (90,)
    assert policy.lasts[Severity.MINOR] == timedelta(hours=6)
    assert policy.lasts[Severity.EXTREME] == timedelta(hours=24)
    assert config.load().life.policy.minutes_ahead == (720, 120)


DRILL = {
    "name": "monthly",
    "day": "first tuesday",
    "time": "11:00",
    "template": "air_attack",
    "places": ["703448"],
}


def test_drills_of_the_schedule_become_rules() -> None:
    more = {"audience": "share:20", "rehearses": ["correction", "all_clear"]}
    (drill,) = config.load(drills={"schedule": [DRILL | more]}).drills.scheduled
    assert (drill.rule.count, drill.rule.weekday, drill.rule.at.hour) == (1, 1, 11)
    assert drill.plan.audience == "share:20"
    # In the order in which they are sent, however they were written.
    assert drill.plan.rehearses == ("all_clear", "correction")
    assert config.load().drills.scheduled == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"day": "fifth tuesday"}, "is no day of a month"),
        ({"time": "25:00"}, "is no day of a month"),
        ({"audience": "share:0"}, "is none of operators, everyone"),
        ({"name": "Monthly!"}, "schedule.0.name"),
        ({"places": []}, "schedule.0.places"),
    ],
)
def test_unclear_drills_are_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        config.load(drills={"schedule": [DRILL | changes]})


def test_two_drills_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="one name"):
        config.load(drills={"schedule": [DRILL, DRILL]})


def test_drill_of_an_unknown_template_or_place_is_refused() -> None:
    for changes in ({"template": "volcano"}, {"places": ["1"]}):
        settings = config.load(drills={"schedule": [DRILL | changes]})
        with pytest.raises(ConfigurationError, match="monthly"):
            load_content(settings)


def test_shipped_file_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_CONFIG", str(Path(__file__).parents[2] / "config.yaml"))
    assert config.load().trust.unsigned.value == "publish"


def test_environment_overrides_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("delivery: {rate: 5}\nhttp: {port: 81}\n")
    monkeypatch.setenv("BOT_DELIVERY__RATE", "7")
    settings = config.load()
    assert (settings.delivery.rate, settings.http.port) == (7, 81)


def test_secrets_folder_gives_the_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "bot_telegram__token").write_text(TOKEN + "\n")
    monkeypatch.setenv("BOT_SECRETS_DIR", str(folder))
    assert config.load().token == TOKEN


WRONG = [
    (
        "a rate that is no number",
        {"BOT_DELIVERY__RATE": "fast"},
        ["delivery.rate", "'fast'", "BOT_DELIVERY__RATE"],
    ),
    (
        "a reminder at the very moment",
        {"BOT_LIFE__REMINDERS": "[0]"},
        ["life.reminders.0", "greater than 0", "BOT_LIFE__REMINDERS"],
    ),
    (
        "a severity that CAP does not know",
        {"BOT_LIFE__LASTS": '{"Bad": 3}'},
        ["life.lasts", "Bad"],
    ),
    ("a rate of nothing", {"BOT_DELIVERY__RATE": "0"}, ["delivery.rate", "'0'", "greater than 0"]),
    (
        "paying without a budget",
        {"BOT_DELIVERY__PAID__ENABLED": "true"},
        ["delivery.paid", "BOT_DELIVERY__PAID__STARS"],
    ),
    (
        "a paid rate that is free",
        {"BOT_DELIVERY__PAID__RATE": "30"},
        ["delivery.paid.rate", "'30'", "greater than 30"],
    ),
    (
        "a free rate that is not free beside a paid one",
        {
            "BOT_DELIVERY__PAID__ENABLED": "true",
            "BOT_DELIVERY__PAID__STARS": "5",
            "BOT_DELIVERY__RATE": "100",
        },
        ["BOT_DELIVERY__RATE", "30 or less"],
    ),
    (
        "a lane nobody knows",
        {"BOT_DELIVERY__PAID__LANES": '["fast"]'},
        ["delivery.paid.lanes", "'fast'", "shelter_now"],
    ),
    (
        "a token that is none is named and not shown",
        {"BOT_TELEGRAM__TOKEN": "secret-that-is-no-token"},
        ["telegram.token", "(hidden)", "@BotFather"],
    ),
    ("a mode nobody knows", {"BOT_TELEGRAM__MODE": "pigeon"}, ["telegram.mode", "'pigeon'"]),
    ("an address without a scheme", {"BOT_TELEGRAM__API_URL": "localhost"}, ["https://"]),
    ("admins that are no list", {"BOT_ADMINS": "me"}, ["admins", "JSON"]),
    ("one admin without brackets", {"BOT_ADMINS": "11"}, ["admins", "11", "JSON list"]),
    ("a misspelt variable", {"BOT_ADMIN": "[1]"}, ["BOT_ADMIN", "did you mean BOT_ADMINS"]),
    ("a misspelt variable of a section", {"BOT_DELIVERY__RAT": "5"}, ["delivery.rat"]),
    (
        "a webhook without its address",
        {"BOT_TELEGRAM__MODE": "webhook"},
        ["webhook_url", "BOT_TELEGRAM__WEBHOOK_URL"],
    ),
    ("an admin that is no number", {"BOT_ADMINS": '["me"]'}, ["admins.0", "'me'"]),
    ("a policy nobody knows", {"BOT_TRUST__UNSIGNED": "maybe"}, ["trust.unsigned", "'maybe'"]),
    ("a Redis that is none", {"BOT_REDIS__URL": "http://x"}, ["redis.url", "redis://"]),
    ("a file that is not there", {"BOT_CONFIG": "/nowhere.yaml"}, ["BOT_CONFIG", "/nowhere.yaml"]),
]


@pytest.mark.parametrize(("environment", "said"), [r[1:] for r in WRONG], ids=[r[0] for r in WRONG])
def test_wrong_environment_names_field_value_and_cure(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], said: list[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        config.load()
    assert all(part in str(caught.value) for part in said), str(caught.value)
    assert "secret-that-is-no-token" not in str(caught.value)


FILES = [
    ("a misspelt key", "delivery: {rat: 5}", ["delivery.rat", "is no setting"]),
    ("a token in the file", f"telegram: {{token: '{TOKEN}'}}", ["telegram.token", "secret"]),
    ("no YAML", "a: [", ["is not YAML"]),
    ("no mapping", "- 1", ["must hold keys"]),
]


@pytest.mark.parametrize(("text", "said"), [r[1:] for r in FILES], ids=[r[0] for r in FILES])
def test_wrong_file_names_field_and_cure(tmp_path: Path, text: str, said: list[str]) -> None:
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        config.load()
    assert all(part in str(caught.value) for part in said), str(caught.value)
    assert TOKEN not in str(caught.value)


def test_operators_settings_become_patience() -> None:
    patience = config.load(operators={"remind_minutes": 0.5}).operators.patience
    assert (patience.remind.total_seconds(), patience.escalate.total_seconds()) == (30, 600)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"trust": {"two_people_above": "Bad"}}, "BOT_TRUST__TWO_PEOPLE_ABOVE"),
        ({"operators": {"remind_minutes": 20}}, "BOT_OPERATORS__ESCALATE_MINUTES"),
        ({"sources": {"operators": {"name": "Mallory"}}}, "rename it"),
    ],
)
def test_operators_settings_that_cannot_hold_name_the_cure(
    overrides: dict[str, object], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        config.load(**overrides)
