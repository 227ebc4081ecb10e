"""Who asks: somebody on this machine or in its own network, or the public? Figures and reasons are for neighbours only.

A proxy that hands the public's requests on is told by what it adds: a header, the public name, or, when it adds nothing
(nginx's bare `proxy_pass`), by the old HTTP it speaks.
"""

import ipaddress
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

_MARKS_OF_A_PROXY: Final = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA")


def is_neighbour(environ: Mapping[str, Any]) -> bool:
    """Whether a request comes from near by, and under a name nobody outside knows us by.

    Args:
        environ: of the request (WSGI).
    """
    if any(mark in environ for mark in _MARKS_OF_A_PROXY) or environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        return False
    return _is_near(str(environ.get("REMOTE_ADDR", ""))) and _is_internal(str(environ.get("HTTP_HOST", "")))


def _is_internal(host: str) -> bool:
    """A name without a dot (`localhost`, a container's), or an address of this machine or network."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return _is_near(name) if "." in name or ":" in name else bool(name)


def _is_near(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False
