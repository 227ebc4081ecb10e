"""Who is told figures and reasons."""

import pytest

from bot.neighbours import is_neighbour

NEAR = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000", "SERVER_PROTOCOL": "HTTP/1.1"}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"HTTP_HOST": "localhost:8000"},
        {"HTTP_HOST": "[::1]:8000", "REMOTE_ADDR": "::1"},
        {"HTTP_HOST": "web:8000", "REMOTE_ADDR": "172.18.0.5"},
        {"HTTP_HOST": "10.2.0.7:8000", "REMOTE_ADDR": "10.2.0.9"},
    ],
    ids=str,
)
def test_this_machine_and_its_own_network_are_neighbours(asked: dict[str, str]) -> None:
    assert is_neighbour(NEAR | asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"HTTP_X_FORWARDED_FOR": "203.0.113.7"},
        {"HTTP_FORWARDED": "for=203.0.113.7"},
        {"HTTP_X_REAL_IP": "203.0.113.7"},
        {"HTTP_VIA": "1.1 proxy"},
        {"HTTP_HOST": "zhibu.example.org"},
        {"HTTP_HOST": "8.8.8.8:8000"},
        {"HTTP_HOST": ""},
        {"HTTP_HOST": "[::1"},
        {"REMOTE_ADDR": "8.8.8.8"},
        {"REMOTE_ADDR": ""},
        {"SERVER_PROTOCOL": "HTTP/1.0"},
    ],
    ids=str,
)
def test_who_comes_through_a_proxy_or_by_a_public_name_or_from_afar_is_none(asked: dict[str, str]) -> None:
    assert not is_neighbour(NEAR | asked)
