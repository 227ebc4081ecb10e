from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import embedded
from bot.sandbox.remote import Remote
from bot.settings import Settings
from tests.chaos.world import World
from tests.fakes import PLAIN_ACCOUNT
from tests.journeys.test_run import free_port


@pytest.fixture
def settings(platform: Remote, tmp_path: Path) -> Iterator[Settings]:
    """A complete account on a store of its own."""
    with embedded.running(tmp_path) as url:
        yield Settings(
            wechat_token=SecretStr(PLAIN_ACCOUNT.token),
            wechat_app_id="wx1",
            wechat_app_secret=SecretStr("secret"),
            wechat_template_party_day="template-1",
            wechat_template_liaison_day="template-2",
            wechat_api_url=platform.url,
            redis_url=url,
            data_dir=tmp_path,
            push_per_second=5000,
            push_threads=4,
            port=free_port(),
        )


@pytest.fixture
def world(settings: Settings, platform: Remote) -> Iterator[World]:
    """A roster of more than a page, and the platform at 5 ms."""
    platform.behave(latency=0.005)
    world = World(settings, platform)
    world.settle()
    yield world
    world.end()
