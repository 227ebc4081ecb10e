"""Parts every test may use: the shipped corpus, a real Valkey, and members who talk through signed XML.

Tests search by characters alone, in this process and in those they start: encoding the corpus takes a minute. Those of
the encoders ask for one by name.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings

from bot import embedded, web_app, wiring_chat
from bot.metrics import Metrics
from bot.sandbox.remote import Remote, stand_in
from bot.settings import Settings
from bot.store import Store
from bot.wechat import Account
from handlers.services import Services
from tests.fakes import ACCOUNT, Clock, Member, unsure_of

settings.register_profile("house", deadline=None)  # a busy machine is no finding
settings.load_profile("house")
os.environ.setdefault("BOT_ENCODER", "none")
AppFactory = Callable[..., Flask]


@pytest.fixture(scope="session")
def services() -> Services:
    """The corpus and texts that come with the product."""
    return wiring_chat.services(Settings())


@pytest.fixture(scope="session")
def unsure(services: Services) -> str:
    """A question the bot offers several choices for."""
    return unsure_of(services)


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server, started the way the product starts it."""
    with embedded.running(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def store(valkey_url: str) -> Store:
    """A store with nothing in it."""
    store = Store(valkey_url)
    with store.commands() as client:
        client.flushall()
    return store


@pytest.fixture
def no_store(tmp_path: Path) -> Store:
    """A store that is down."""
    return Store(f"unix://{tmp_path}/nobody.sock")


@pytest.fixture
def platform() -> Iterator[Remote]:
    """WeChat's API, played by a process of its own; `platform.behave(...)` makes it slow, busy or broken."""
    with stand_in() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_app(services: Services, store: Store, clock: Clock) -> AppFactory:
    """Builds web applications on the same store, as several processes would be."""

    def make(account: Account = ACCOUNT, store: Store = store, **more: Any) -> Flask:
        return web_app.assemble(account, store, lambda: services, clock, Metrics(), **more)

    return make


@pytest.fixture
def member(make_app: AppFactory, clock: Clock) -> Member:
    """A member of a safe-mode account."""
    return Member(make_app().test_client(), clock)
