"""The compose file: every setting reaches the containers, and they have room for what it asks for."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).parents[1]
SETTINGS = frozenset(f"BOT_{name.upper()}" for name in Settings.model_fields)
OF_THE_IMAGE = {"BOT_HOST", "BOT_PORT", "BOT_DATA_DIR", "BOT_CONTENT_DIR"}  # where things are inside a container


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of the compose file."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    return found


@pytest.mark.parametrize("name", ["web", "scheduler", "worker", "tools"])
def test_every_setting_reaches_every_container(services: dict[str, Any], name: str) -> None:
    environment, secrets = services[name]["environment"], {secret.upper() for secret in services[name]["secrets"]}

    assert environment.keys() | secrets == SETTINGS - OF_THE_IMAGE
    assert all(value == f"${{{key}:-}}" for key, value in environment.items()), "unset is as empty: the default holds"


def test_a_worker_may_have_as_many_threads_as_a_setting_may_ask_for(services: dict[str, Any]) -> None:
    (most,) = (bound.le for bound in Settings.model_fields["push_threads"].metadata if hasattr(bound, "le"))

    assert services["worker"]["deploy"]["resources"]["limits"]["pids"] > most


def test_only_the_container_for_commands_may_write_the_editors_files(services: dict[str, Any]) -> None:
    mounted = {name: service["volumes"] for name, service in services.items() if name != "valkey"}

    writers = {name for name, volumes in mounted.items() if "./content/data:/app/content/data" in volumes}
    readers = {name for name, volumes in mounted.items() if "./content/data:/app/content/data:ro" in volumes}
    assert (writers, readers) == ({"tools"}, {"web", "scheduler", "worker"})


def test_the_container_for_commands_never_starts_by_itself(services: dict[str, Any]) -> None:
    tools = services["tools"]

    assert (tools["profiles"], tools["restart"]) == (["tools"], "no")
