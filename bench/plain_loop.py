"""The peer of `bench.fanout`: what one would write without a ledger. A loop over members with wechatpy's client and a
thread pool, as a process of its own (``python -m bench.plain_loop URL TOKEN THREADS``): openids in, CPU seconds out.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from requests.adapters import HTTPAdapter

from bench.calls import Client

FIELDS = {"thing1": "主题党日", "time2": "2027年3月5日 15:00", "thing3": "党群服务中心", "thing4": "今天开展"}


def main() -> None:
    """Send to every openid of the standard input, one a line; print what it took."""
    url, token, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    openids = sys.stdin.read().split()
    data = {name: {"value": value} for name, value in FIELDS.items()}
    client = Client(url, token)
    client._http.mount("http://", HTTPAdapter(pool_maxsize=threads))  # else most connections are thrown away
    cpu, wall = time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(lambda openid: client.message.send_template(openid, "party", data), openids))
    assert all(answer["errcode"] == 0 for answer in answers)
    print(json.dumps({"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - wall}))


if __name__ == "__main__":
    main()
