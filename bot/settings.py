"""Settings: the only reader of the environment.

Precedence, highest first: environment, secret files (`/run/secrets/bot_…`), `.env`, default. An empty value counts as
unset.
"""

import difflib
import os
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

SECRETS: Final = Path("/run/secrets")
ENV_FILE: Final = Path(".env")
PREFIX: Final = "BOT_"
_WELL_FORMED_TOKEN = r"[A-Za-z0-9]{3,32}"  # noqa: S105 - what WeChat's settings page accepts as a token
_SENTINELS = r"redis\+sentinel://([^@/]*@)?[^@/,:]+:\d+(,[^@/,:]+:\d+)*/[^/]+(/\d+)?"
_AES_KEY = r"[A-Za-z0-9]{43}"
_THIS_MACHINE = r"https?://(localhost|127(\.\d+){3}|\[::1\])([:/].*)?"


class SettingsError(Exception):
    """The settings cannot be used. `findings` are pairs of (variable, what is wrong), for people."""

    def __init__(self, findings: list[tuple[str, str]]) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{name}: {what}" for name, what in findings))


Secret = SecretStr
Url = Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")]


class Settings(BaseSettings):
    """Everything that can be set from outside. Frozen; built once per process by `load`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    wechat_token: Secret = Field(SecretStr(""), description="token of the account's server settings; empty = demo mode")
    wechat_app_id: str = Field("", description="AppID of the account")
    wechat_app_secret: Secret = Field(SecretStr(""), description="AppSecret of the account, for pushing")
    wechat_aes_key: Secret = Field(SecretStr(""), description="EncodingAESKey, 43 characters; set = safe mode only")
    wechat_aes_key_previous: Secret = Field(SecretStr(""), description="the key before a rotation, still accepted")
    wechat_api_url: Url = Field("https://api.weixin.qq.com/", description="base of every call to WeChat's API")
    wechat_template_party_day: str = Field("", description="template id of party-day reminders")
    wechat_template_liaison_day: str = Field("", description="template id of liaison-day reminders")
    push_per_second: int = Field(100, ge=1, description="reminders a second at most, of all workers together")
    push_threads: int = Field(32, ge=1, le=512, description="reminders a worker process sends at the same time")
    encoder: Literal["auto", "none", "use", "e5"] = Field(
        "auto", description="sentence encoder of the search: use, e5, none (by characters alone) or auto"
    )
    redis_url: str = Field(
        "", description="redis://…, unix://… or redis+sentinel://…; empty = embedded store in the data folder"
    )
    data_dir: Path = Field(Path("var"), description="where the embedded store keeps its files")
    content_dir: Path = Field(Path("content/data"), description="the corpus and the texts")
    host: str = Field("127.0.0.1", description="address the web process listens on")
    port: int = Field(8000, ge=1, le=65535, description="port the web process listens on")
    public_url: Url = Field("", description="address members reach us at, https://…; empty = no links to answer pages")
    timezone: str = Field("Asia/Shanghai", description="time zone of dates and reminders")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - given by the library
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """pydantic-settings puts .env above secret files; a deployed secret must win over a forgotten .env."""
        return init_settings, env_settings, file_secret_settings, dotenv_settings

    @field_validator("wechat_token")
    @classmethod
    def _check_token(cls, value: Secret) -> Secret:
        return _matching(value, _WELL_FORMED_TOKEN, "3 to 32 letters or digits, as in the account's server settings")

    @field_validator("wechat_aes_key", "wechat_aes_key_previous")
    @classmethod
    def _check_aes_key(cls, value: Secret) -> Secret:
        return _matching(value, _AES_KEY, "exactly 43 letters or digits, as in the account's server settings")

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://", "redis+sentinel://")):
            raise ValueError("must begin with redis://, rediss://, unix:// or redis+sentinel://")
        if value.startswith("redis+sentinel://") and not re.fullmatch(_SENTINELS, value):
            raise ValueError("must be redis+sentinel://:password@host:port,host:port/name/0")
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("not a time zone; try Asia/Shanghai")
        return value

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _check_together(self) -> "Settings":
        if self.wechat_aes_key.get_secret_value() and not self.wechat_app_id:
            raise ValueError(
                "BOT_WECHAT_AES_KEY needs BOT_WECHAT_APP_ID: safe mode checks the AppID inside each message"
            )
        if self.wechat_aes_key_previous.get_secret_value() and not self.wechat_aes_key.get_secret_value():
            raise ValueError("BOT_WECHAT_AES_KEY_PREVIOUS is set without BOT_WECHAT_AES_KEY")
        return self

    @property
    def demo(self) -> bool:
        """Whether no account is configured: the sandbox plays WeChat's part."""
        return not self.wechat_token.get_secret_value()

    def check_account(self) -> None:
        """Raises SettingsError when there is an account without its token, which must not be served as an open demo.
        With a stand-in for WeChat's API on this machine there is none, whatever it is called.
        """
        names_one = self.wechat_app_id or self.wechat_app_secret.get_secret_value()
        if self.demo and names_one and not re.fullmatch(_THIS_MACHINE, self.wechat_api_url):
            what = (
                "is empty, but BOT_WECHAT_APP_ID or BOT_WECHAT_APP_SECRET name an account; fill it in "
                "(with containers: secrets/bot_wechat_token), or leave all three out for the open demo"
            )
            raise SettingsError([(f"{PREFIX}WECHAT_TOKEN", what)])

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of dates and reminders."""
        return ZoneInfo(self.timezone)


def _matching(value: Secret, pattern: str, rule: str) -> Secret:
    if value.get_secret_value() and not re.fullmatch(pattern, value.get_secret_value()):
        raise ValueError(rule)
    return value


def load(environment: Mapping[str, str] | None = None, env_file: Path = ENV_FILE) -> Settings:
    """Read the settings of this process.

    Args:
        environment: what to look for unknown names in; the process's own by default.
        env_file: a `.env` file; need not exist.

    Raises:
        SettingsError: naming every unknown or malformed setting and what is wrong with it. Values are never shown.
    """
    environment = os.environ if environment is None else environment
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    given = {name.upper() for name in (*environment, *dotenv_values(env_file)) if name.upper().startswith(PREFIX)}
    findings = [(name, _unknown(name, known)) for name in sorted(given - known)]
    if findings:
        raise SettingsError(findings)
    sources: dict[str, Any] = {"_env_file": env_file, "_secrets_dir": SECRETS if SECRETS.is_dir() else None}
    try:
        return Settings(**sources)
    except ValidationError as error:
        raise SettingsError([_finding(detail) for detail in error.errors()]) from None


def _unknown(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"no such setting{f', did you mean {close[0]}?' if close else ''} (all of them: .env.example)"


def _finding(detail: Any) -> tuple[str, str]:
    name = f"{PREFIX}{detail['loc'][0]}".upper() if detail["loc"] else "settings"
    return name, str(detail["msg"]).removeprefix("Value error, ")
