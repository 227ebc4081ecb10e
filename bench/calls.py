"""CPU of one template message: our calls beside requests and wechatpy's client, against the stand-in.

    python -m bench.calls [--messages N]

One thread, one kept connection each, in turns of a hundred against the same stand-in (a process of its own, without
latency). What is counted is this process's CPU time, so that other work on the machine does not matter much.
"""

import argparse
import itertools
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import requests
from wechatpy import WeChatClient

from bot.api import Api
from bot.calls import Calls
from bot.quota import TEMPLATE
from bot.sandbox.remote import stand_in
from bot.token_store import TokenStore
from bot.tokens import Credentials, Tokens

TURN = 100
NUMBERS = itertools.count()
Send = Callable[[int], object]


def payload(number: int) -> dict[str, Any]:
    fields = {"thing1": "主题党日", "time2": "2026年12月5日 15:00", "thing3": "三楼会议室"}
    data = {name: {"value": value} for name, value in fields.items()}
    return {"touser": f"o{number}", "template_id": "t", "data": data, "client_msg_id": f"key-{number}"}


class Client(WeChatClient):
    """wechatpy's client, turned to the stand-in; its token is given, so that it fetches none."""

    def __init__(self, url: str, token: str) -> None:
        self.API_BASE_URL = f"{url}cgi-bin/"
        super().__init__("wx1", "s", access_token=token, timeout=5, auto_retry=False)
        self.session.set(f"{self.appid}_access_token", token, 7200)
        self.expires_at = int(time.time()) + 7200
        self._http.trust_env = False


def senders(url: str, api: Api, token: str, session: requests.Session) -> dict[str, Send]:
    client = Client(url, token)
    ours = {"zhibu": lambda number: api.post(TEMPLATE, payload(number))}
    session.trust_env = False
    address, query = f"{url}{TEMPLATE}", {"access_token": token}
    return {
        **ours,
        "requests": lambda number: session.post(address, params=query, json=payload(number), timeout=5).json(),
        "wechatpy": lambda number: client.post("message/template/send", data=payload(number)),
    }


def measure(sends: dict[str, Send], messages: int) -> dict[str, float]:
    """CPU seconds of each, taking turns."""
    spent = dict.fromkeys(sends, 0.0)
    for _ in range(messages // TURN):
        for name, send in sends.items():
            before = time.process_time()
            for _ in range(TURN):
                send(next(NUMBERS))
            spent[name] += time.process_time() - before
    return spent


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000)
    count = parser.parse_args().messages
    with stand_in(quota=10**9) as platform, closing(Calls(platform.url)) as calls, requests.Session() as session:
        tokens = Tokens(calls, Credentials("wx1", "s"), lambda: datetime.now(UTC), TokenStore("wx1"))
        sends = senders(platform.url, Api(calls, tokens), tokens.current(), session)
        measure(sends, TURN)  # warm up
        before = platform.counts()["seen"]
        spent = measure(sends, count)
        told = platform.counts()["seen"] - before
    for name, seconds in spent.items():
        print(f"{name:9} {seconds / count * 1e6:6.0f} µs of CPU a message   {seconds / spent['zhibu']:4.1f} ×")
    print(f"({count} messages each, {told} arrived; plain HTTP, one thread)")


if __name__ == "__main__":
    main()
