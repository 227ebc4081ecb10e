"""Is a process of ours on this machine well? Asked of every container every half minute, so loads little."""

import http.client

from bot import wiring
from bot.heartbeats import Heartbeats
from bot.settings import Settings
from bot.store import StoreUnavailable
from bot.store_clock import StoreClock


def answers(settings: Settings, path: str) -> bool:
    """Whether our own web process answers that path with status 200 within two seconds."""
    connection = http.client.HTTPConnection(near_host(settings), settings.port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def near_host(settings: Settings) -> str:
    """The address at which this machine reaches its own web process."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound


def near_url(settings: Settings) -> str:
    """The same as the beginning of a URL, without a slash at the end."""
    host = near_host(settings)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def public_url(settings: Settings) -> str:
    """The address members reach the answer pages at, without a slash at the end: the one set; in demo mode the demo's
    own, for its only member sits at this machine. Empty = none is known.
    """
    return settings.public_url or (near_url(settings) if settings.demo else "")


def is_alive(settings: Settings, role: str) -> bool:
    """Whether that process on this machine gave a sign of life lately."""
    store = wiring.store(settings)
    try:
        return Heartbeats(store).is_alive(role, StoreClock(store)())
    except StoreUnavailable:
        return False
