"""Settings: `config.yaml`, overridden by the environment, checked at start.

Secrets (the token, the webhook's secret, a Redis URL with a password) come from the environment
or from a folder of files (`BOT_SECRETS_DIR`, by default `/run/secrets`), never from the YAML file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from bot.domain.delivery import Lane
from bot.domain.operators import SOURCE
from bot.domain.paid import TENTHS, Terms
from bot.domain.trust import Source
from bot.sections.drills import DrillSettings
from bot.sections.life import LifeSettings
from bot.sections.operators import OperatorSettings
from bot.sections.sources import SourceSettings, TrustSettings
from bot.sections.watch import WatchSettings


class ConfigurationError(Exception):
    """The settings cannot be used; the text names each field, its value and the cure."""


class Mode(StrEnum):
    """How updates come from Telegram."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TelegramSettings(_Section):
    """The way to Telegram. A token looks like `123456789:AAE…` and comes from @BotFather."""

    token: SecretStr | None = None
    api_url: str = "https://api.telegram.org"
    mode: Mode = Mode.POLLING
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None

    @field_validator("token")
    @classmethod
    def _token_form(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(
            r"\d+:[A-Za-z0-9_-]{20,}", value.get_secret_value()
        ):
            raise ValueError("is no bot token; copy it whole from @BotFather, digits:letters")
        return value

    @field_validator("api_url", "webhook_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://[^/\s]", value):
            raise ValueError("is no address; write it with https://")
        return value.rstrip("/") if value else value

    @model_validator(mode="after")
    def _webhook_needs_an_address(self) -> Self:
        if self.mode is Mode.WEBHOOK and self.webhook_url is None:
            raise ValueError(
                "mode is webhook and webhook_url is missing; set BOT_TELEGRAM__WEBHOOK_URL to the "
                "https address at which Telegram reaches /telegram"
            )
        return self


class RedisSettings(_Section):
    """Where state lives. Without `url` an embedded server keeps it under `folder`."""

    url: SecretStr | None = None
    folder: Path = Path("data/redis")
    prefix: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")] = "forewarn"

    @field_validator("url")
    @classmethod
    def _scheme(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.match(r"(rediss?|unix)://", value.get_secret_value()):
            raise ValueError("is no Redis address; write redis://host:6379/0 or unix:///path")
        return value


class HttpSettings(_Section):
    """Health, metrics and the webhook."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080


class QueueSettings(_Section):
    """The stream that producers add to."""

    stream: str = "advisories"
    group: str = "intake"


class PlacesSettings(_Section):
    """The countries (ISO 3166-1 codes, or `*`) whose places people may choose."""

    countries: tuple[str, ...] = ("UA",)


class PaidSettings(_Section):
    """Sending beyond the free rate for Telegram Stars, 0.1 a message.

    `rate` is messages a second in all, `stars` the budget of one broadcast. Telegram asks for a
    minimum in the account; its pages say 10,000 (Bot API) and 100,000 (Bots FAQ).
    """

    enabled: bool = False
    lanes: tuple[Literal["shelter_now", "prepare", "routine", "drill"], ...] = ("shelter_now",)
    rate: Annotated[float, Field(gt=30, le=1000)] = 500
    stars: Annotated[int, Field(ge=0)] = 0
    min_balance: Annotated[int, Field(ge=0)] = 10_000

    @model_validator(mode="after")
    def _needs_a_budget(self) -> Self:
        if self.enabled and not self.stars:
            raise ValueError(
                "enabled is true and stars is 0; set BOT_DELIVERY__PAID__STARS to what one "
                "broadcast may cost, 1 Star for 10 messages"
            )
        return self

    @property
    def terms(self) -> Terms:
        """As the domain knows it."""
        return Terms(
            enabled=self.enabled,
            lanes=frozenset(Lane[name.upper()] for name in self.lanes),
            budget=self.stars * TENTHS,
            min_balance=self.min_balance * TENTHS,
        )


class DeliverySettings(_Section):
    """`rate` is messages a second over all chats; Telegram's free ceiling is about 30."""

    rate: Annotated[float, Field(gt=0, le=1000)] = 28
    paid: PaidSettings = PaidSettings()

    @model_validator(mode="after")
    def _free_stays_free(self) -> Self:
        if self.paid.enabled and self.rate > 30:
            raise ValueError(
                f"rate is {self.rate:g} and paid.enabled is true; set BOT_DELIVERY__RATE to 30 or "
                "less, for more is what paid.rate is for"
            )
        return self


class GuidanceSettings(_Section):
    """For how many days amounts are, and whose; no profile is that of each chat's country."""

    profile: str | None = None
    days: Annotated[int, Field(ge=1, le=30)] = 3


class GroupSettings(_Section):
    """`rollcall_minutes` is how long a roll-call stays open unless who asks says otherwise."""

    rollcall_minutes: Annotated[int, Field(ge=5, le=1440)] = 60


class LogSettings(_Section):
    """`format` is `json` for machines and `text` for people."""

    level: Annotated[str, Field(pattern=r"^(debug|info|warning|error)$")] = "info"
    format: Annotated[str, Field(pattern=r"^(json|text)$")] = "json"


class Settings(BaseSettings):
    """Everything that can be set. Field paths are the YAML keys and, upper case with `__`
    between, the environment's names behind `BOT_`.
    """

    model_config = SettingsConfigDict(
        env_prefix="BOT_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    telegram: TelegramSettings = TelegramSettings()
    redis: RedisSettings = RedisSettings()
    http: HttpSettings = HttpSettings()
    queue: QueueSettings = QueueSettings()
    places: PlacesSettings = PlacesSettings()
    delivery: DeliverySettings = DeliverySettings()
    guidance: GuidanceSettings = GuidanceSettings()
    life: LifeSettings = LifeSettings()
    groups: GroupSettings = GroupSettings()
    trust: TrustSettings = TrustSettings()
    operators: OperatorSettings = OperatorSettings()
    drills: DrillSettings = DrillSettings()
    watch: WatchSettings = WatchSettings()
    log: LogSettings = LogSettings()
    sources: dict[str, SourceSettings] = {}
    admins: tuple[int, ...] = ()

    @field_validator("sources")
    @classmethod
    def _not_the_operators(cls, value: dict[str, SourceSettings]) -> dict[str, SourceSettings]:
        if SOURCE in value:
            raise ValueError(f"{SOURCE!r} is the key under which operators publish; rename it")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, the secrets folder and the YAML file."""
        folder = Path(os.environ.get("BOT_SECRETS_DIR", "/run/secrets"))
        secrets: list[PydanticBaseSettingsSource] = []
        if folder.is_dir():
            secrets.append(
                NestedSecretsSettingsSource(
                    file_secret_settings, secrets_dir=folder, secrets_nested_delimiter="__"
                )
            )
        file = YamlConfigSettingsSource(settings_cls, yaml_file=_file())
        return init_settings, env_settings, *secrets, file

    @property
    def redis_url(self) -> str | None:
        """The address of Redis; None asks for the embedded one."""
        return self.redis.url.get_secret_value() if self.redis.url else None

    @property
    def token(self) -> str:
        """The bot's token; raises ConfigurationError without one."""
        if self.telegram.token is None:
            raise ConfigurationError(
                "telegram.token: is missing; set BOT_TELEGRAM__TOKEN to the token of @BotFather"
            )
        return self.telegram.token.get_secret_value()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret, for the redactor of the logs."""
        held = (self.telegram.token, self.telegram.webhook_secret, self.redis.url)
        return tuple(secret.get_secret_value() for secret in held if secret)

    @property
    def known_sources(self) -> dict[str, Source]:
        """The sources by key."""
        return {key: value.source(key) for key, value in self.sources.items()}


_SECRETS = (("telegram", "token"), ("telegram", "webhook_secret"))


def _file() -> Path:
    return Path(os.environ.get("BOT_CONFIG", "config.yaml"))


def load(**overrides: Any) -> Settings:
    """Read the settings; raises :class:`ConfigurationError` with a line for each fault."""
    path = _file()
    if "BOT_CONFIG" in os.environ and not path.is_file():
        raise ConfigurationError(f"BOT_CONFIG: there is no file {str(path)!r}; correct the path")
    _refuse_secrets(path)
    _refuse_unknown_variables()
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_lines(error))) from None
    except ValueError as error:  # an environment value that is no JSON where JSON is due
        raise ConfigurationError(f"{error}; lists are written as JSON, such as [1, 2]") from None


def _refuse_secrets(path: Path) -> None:
    if not path.is_file():
        return
    try:
        data = yaml.safe_load(path.read_text("utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        text = " ".join(str(error).split())
        raise ConfigurationError(f"{path}: is not YAML ({text}); correct it there") from None
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path}: must hold keys and values; see the README's table")
    for section, name in _SECRETS:
        if isinstance(data.get(section), dict) and name in data[section]:
            raise ConfigurationError(
                f"{section}.{name}: is a secret and stands in {path}; take it out there and set "
                f"BOT_{section.upper()}__{name.upper()}"
            )


def _refuse_unknown_variables() -> None:
    """A variable with our prefix that sets nothing is a slip, and would go unnoticed."""
    for name in sorted(os.environ):
        first = name.removeprefix("BOT_").partition("__")[0].lower()
        if not name.startswith("BOT_") or name in ("BOT_CONFIG", "BOT_SECRETS_DIR"):
            continue
        if first not in Settings.model_fields:
            near = get_close_matches(first, Settings.model_fields, n=1)
            hint = f"; did you mean BOT_{near[0].upper()}" if near else ""
            raise ConfigurationError(f"{name}: is no setting; correct its name or unset it{hint}")


def _lines(error: ValidationError) -> Iterable[str]:
    for fault in error.errors(include_url=False):
        path = tuple(str(part) for part in fault["loc"])
        secret = path[:2] in _SECRETS or path[:2] == ("redis", "url")
        value = "(hidden)" if secret or isinstance(fault["input"], dict) else repr(fault["input"])
        said = fault["msg"].removeprefix("Value error, ")
        if fault["type"] in ("tuple_type", "list_type"):
            said = "must be a JSON list, such as [1, 2]"
        variable = "BOT_" + "__".join(part for part in path if not part.isdigit()).upper()
        if fault["type"] == "extra_forbidden":
            yield f"{'.'.join(path)}: is no setting; correct its name or take it out"
        else:
            name = ".".join(path)
            yield f"{name}: {value}: {said}; set {variable} or {name} in the file"
