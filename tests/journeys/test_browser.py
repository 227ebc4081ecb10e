"""The chat page and the answer pages in a real browser: usable, accessible, silent towards the outside."""

import shutil
import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from tests.conftest import AppFactory

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PAGE = "/a/xianning-theme-party-day-how-often"
NARROW: ViewportSize = {"width": 360, "height": 720}
WIDE: ViewportSize = {"width": 1180, "height": 900}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def site(make_app: AppFactory) -> Iterator[str]:
    """The demo, served on this machine."""
    server = make_server("127.0.0.1", 0, make_app(demo=True), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Watched:
    """A page of which every request and every complaint is noted."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self._note(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, url: str) -> None:
        if not url.startswith((self.site, "data:")):
            self.foreign.append(url)

    def said(self) -> str:
        """The bot's last bubble."""
        return self.page.locator(".row.them").last.inner_text()

    def waits(self, bubbles: int) -> None:
        """Until the bot has spoken that many times."""
        self.page.locator(".row.them").nth(bubbles - 1).wait_for()


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def watched(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    context = browser.new_context(viewport=request.param)
    watched = Watched(context.new_page(), site)
    yield watched
    assert watched.foreign == []
    assert watched.complaints == []
    context.close()


def violations(browser: Browser, url: str, prepare: str = "") -> list[str]:
    """What axe finds on a page; the page's own policy would keep axe itself out, so it is set aside for this only."""
    context = browser.new_context(bypass_csp=True, viewport=WIDE)
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    if prepare:
        page.evaluate(prepare)
        page.wait_for_load_state("networkidle")
    found = [f"{rule['id']}: {rule['help']}" for rule in Axe().run(page).response["violations"]]
    context.close()
    return found


def test_a_newcomer_is_welcomed_asks_and_is_answered(watched: Watched) -> None:
    page = watched.page
    page.goto(f"{watched.site}/")
    watched.waits(1)
    assert "支部小助手" in watched.said()

    page.get_by_label("输入问题").fill("主题党日多久开展一次")
    page.keyboard.press("Enter")
    watched.waits(2)

    assert watched.said().startswith("每月一次")
    assert "有把握，直接回答" in page.locator("#why").inner_text()
    assert page.locator(".candidates li").count() >= 3


def test_tapping_a_related_question_asks_it(watched: Watched) -> None:
    page = watched.page
    page.goto(f"{watched.site}/")
    watched.waits(1)
    page.get_by_label("输入问题").fill("主题党日多久开展一次")
    page.get_by_role("button", name="发送").click()
    watched.waits(2)

    page.locator(".row.them").last.get_by_role("button", name="咸宁的支部主题党日从什么时候开始的？").click()
    watched.waits(3)

    assert watched.said().startswith("咸宁从2015年11月开始")


def test_the_page_can_be_used_by_keyboard_alone(watched: Watched) -> None:
    page = watched.page
    page.goto(f"{watched.site}/")
    watched.waits(1)
    page.locator(".row.them").last.get_by_role("button").first.focus()
    page.keyboard.press("Enter")
    watched.waits(2)

    assert "来源：" in watched.said()


def test_the_menu_has_three_buttons_that_work(watched: Watched) -> None:
    page = watched.page
    page.goto(f"{watched.site}/")
    watched.waits(1)
    buttons = page.locator(".menu button")
    assert buttons.all_inner_texts() == ["热门问题", "目录", "帮助"]

    for number in range(3):
        buttons.nth(number).click()
        watched.waits(number + 2)
    assert "用法很简单" in watched.said()


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("关注", "您好"),
        ("同音错别字", "党日"),
        ("繁体", "联系日"),
        ("语音无识别结果", "话筒"),
        ("图片", "图片我看不了"),
        ("重复投递", "每月一次"),
    ],
)
def test_every_hard_case_has_a_button_and_a_kind_reply(watched: Watched, case: str, said: str) -> None:
    page = watched.page
    page.goto(f"{watched.site}/")
    watched.waits(1)

    page.get_by_role("button", name=case, exact=True).click()
    watched.waits(2)

    assert said in watched.said()


def test_unfollowing_is_met_with_silence(watched: Watched) -> None:
    page = watched.page
    page.goto(f"{watched.site}/")
    watched.waits(1)

    page.get_by_role("button", name="取关", exact=True).click()
    page.locator(".row.note").wait_for()

    assert page.locator(".row.note").inner_text() == "（没有回复）"


def test_the_transport_can_be_switched_and_its_xml_looked_at(watched: Watched) -> None:
    page = watched.page
    page.goto(f"{watched.site}/")
    watched.waits(1)
    for bubbles, mode, encrypted in ((2, "明文", False), (3, "加密（AES）", True)):
        page.get_by_label(mode).check()
        page.get_by_label("输入问题").fill("谢谢")
        page.keyboard.press("Enter")
        watched.waits(bubbles)
        page.get_by_text("收到的 XML").click()
        assert ("<Encrypt>" in page.locator("#why pre").last.inner_text()) == encrypted


def test_large_print_makes_the_phone_larger(watched: Watched) -> None:
    page = watched.page
    page.goto(f"{watched.site}/")
    watched.waits(1)
    size = "getComputedStyle(document.querySelector('.bubble')).fontSize"
    before = page.evaluate(size)

    page.get_by_label("大字").check()

    assert float(page.evaluate(size).removesuffix("px")) > float(before.removesuffix("px"))


def test_the_answer_page_reads_in_large_print_and_grows(watched: Watched) -> None:
    page = watched.page
    page.goto(f"{watched.site}{PAGE}")
    size = "getComputedStyle(document.querySelector('main p')).fontSize"
    assert page.evaluate(size) == "20px"

    for name, pixels in (("large", "25px"), ("huge", "31px")):
        page.get_by_label("字大一点").click()
        page.wait_for_url(f"**?size={name}")
        assert page.evaluate(size) == pixels
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    smaller = page.get_by_label("字小一点").bounding_box()
    assert smaller is not None
    assert smaller["height"] < 80  # its letter and its sign stay on one line


def test_the_answer_page_has_targets_of_at_least_44_pixels(watched: Watched) -> None:
    page = watched.page
    page.goto(f"{watched.site}{PAGE}")

    for box in (link.bounding_box() for link in page.get_by_role("link").all()):
        assert box is not None
        assert box["height"] >= 44


def test_the_answer_page_works_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{PAGE}")
    page.get_by_label("字大一点").click()
    page.get_by_role("link", name="咸宁的支部主题党日从什么时候开始的？").click()

    assert "从2015年11月开始" in page.inner_text("main")
    assert page.url.endswith("?size=large")
    context.close()


@pytest.mark.parametrize("path", ["/", PAGE, f"{PAGE}?size=huge", "/a/no-such-entry"])
def test_axe_finds_nothing(browser: Browser, site: str, path: str) -> None:
    assert violations(browser, f"{site}{path}") == []


def test_axe_finds_nothing_in_the_middle_of_a_conversation(browser: Browser, site: str) -> None:
    ask = "document.querySelector('[data-case=homophone]').click(); document.querySelector('#large').click()"

    assert violations(browser, f"{site}/", prepare=ask) == []
