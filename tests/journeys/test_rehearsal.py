"""Reminders on the chat page of a running demo, in a real browser: join by a button, go forward, be told, answer, see
the list. All processes are real: what the page shows went through scheduler code, queue, worker and stand-in.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bot import embedded
from bot.store import Store
from bot.window import wrote_key
from tests.journeys import test_browser
from tests.journeys.test_browser import NARROW, WIDE, Watched
from tests.journeys.test_run import free_port, started

pytestmark = test_browser.pytestmark
browser = test_browser.browser

MEETING = re.compile(r"\d+月\d+日（周.）\d+:\d+")
SIZES = {"wide": WIDE, "narrow": NARROW}
NUDGED = "再收到一次提醒"
BRANCHES = {"wide": "demo-1", "narrow": "demo-2"}  # what was told in one branch is not told there again


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's data folder."""
    return tmp_path_factory.mktemp("demo") / "var"


@pytest.fixture(scope="module")
def demo(data: Path) -> Iterator[str]:
    """A demo as `make run` starts it."""
    port = free_port()
    with started(data, port) as running:
        running.box(within=90)
        yield f"http://127.0.0.1:{port}"
        assert '"info"' not in running.printed, "a visitor's terminal has no use for every tick"


@pytest.fixture(params=["wide", "narrow"])
def watched(browser: Browser, demo: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    context = browser.new_context(viewport=SIZES[request.param])
    watched = Watched(context.new_page(), demo)
    opened(watched.page, demo)
    watched.page.get_by_label("演示支部").select_option(BRANCHES[request.param])
    yield watched
    assert watched.foreign == []
    assert watched.complaints == []
    context.close()


def opened(page: Page, demo: str) -> None:
    page.goto(f"{demo}/")
    page.locator(".row.them").first.wait_for()


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def press(page: Page, name: str) -> None:
    """The same without a pointer."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def joined(page: Page, role: str = "书记", act: Callable[[Page, str], None] = tap) -> None:
    act(page, f"以{role}身份加入")
    page.get_by_text(f"（您是这个支部的{role}了）").wait_for()


def leapt(page: Page, act: Callable[[Page, str], None] = tap) -> str:
    """What the page says of a leap."""
    notes = page.locator(".row.note")
    before = notes.count()
    act(page, "快进到下一次提醒")
    notes.nth(before).wait_for()
    return notes.nth(before).inner_text()


def told(page: Page, number: int) -> str:
    """What the reminder says that arrives as the so-many-th."""
    page.locator(".told").nth(number - 1).wait_for()
    return page.locator(".told").nth(number - 1).inner_text()


def reminded(page: Page, number: int, act: Callable[[Page, str], None] = tap) -> str:
    """Go forward to the member's next reminder, past the evenings on which only others are asked once more."""
    while NUDGED in leapt(page, act):
        pass
    return told(page, number)


def answered(page: Page, holding: str) -> str:
    """The bot's last bubble, once it holds that."""
    page.locator(".row.them").last.filter(has_text=holding).wait_for()
    return page.locator(".row.them").last.inner_text()


def meeting(text: str) -> str:
    """The meeting a text is about."""
    found = MEETING.search(text.replace(" ", ""))
    assert found, text
    return found[0]


def test_join_go_forward_be_told_answer_and_see_the_list(watched: Watched) -> None:
    page = watched.page
    joined(page)
    page.get_by_label("输入问题").fill("我叫王建国")
    page.keyboard.press("Enter")
    answered(page, "“王建国”")

    first = reminded(page, 1)
    assert "演示时间" in page.locator("#date").inner_text()
    assert "主题党日" in first

    tap(page, "参加")
    assert meeting(answered(page, "您参加")) == meeting(first)
    tap(page, "名单")
    listed = answered(page, "应到")
    assert meeting(listed) == meeting(first)
    assert "参加" in next(line for line in listed.splitlines() if "王建国" in line)
    assert "没有关注公众号" in listed

    told_of = {meeting(first)}
    for number in (2, 3):
        latest = reminded(page, number)
        assert "还没有收到您的回复" not in latest, "who has answered is not asked again"
        told_of.add(meeting(latest))
        tap(page, "请假 出差")
        assert meeting(answered(page, "原因：出差")) == meeting(latest)
    assert len(told_of) == 2, "the third reminder is of the next meeting, and its answer too"

    tap(page, "回到今天")
    assert page.locator("#date").is_hidden()


def wrote_days_ago(page: Page, data: Path) -> None:
    """WeChat takes no texts for the page's member any more."""
    openid = "page." + str(page.evaluate("sessionStorage.getItem('member')"))
    with Store(embedded.url(data)).commands() as client:
        assert client.delete(wrote_key(openid)) == 1


def test_who_has_not_written_for_days_sees_a_card_of_the_template_and_can_answer_it(
    watched: Watched, data: Path
) -> None:
    page = watched.page
    joined(page, "党员")
    wrote_days_ago(page, data)
    reminded(page, 1)

    card = page.locator(".told").first
    assert card.locator("dt").all_inner_texts() == ["活动", "时间", "地点", "说明"]
    activity, when, place, remark = card.locator("dd").all_inner_texts()
    assert activity == "主题党日"
    assert re.fullmatch(r"\d{4}年\d+月\d+日 \d+:\d\d", when)
    assert place in {"村委会二楼会议室", "社区党群服务中心"}
    assert remark.endswith("开展") or "以正式通知为准" in remark
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tap(page, "参加")
    assert meeting(answered(page, "您参加")).startswith(when[5:].split()[0])


def test_a_member_is_no_secretary(watched: Watched) -> None:
    page = watched.page
    joined(page, "党员")

    reminded(page, 1)

    assert page.get_by_role("group", name="快捷回复").get_by_role("button").all_inner_texts() == ["参加", "请假 出差"]


def test_an_answer_links_to_its_page_in_large_print(watched: Watched, demo: str) -> None:
    page = watched.page
    says(page, "主题党日多久开展一次")

    assert f"大字版：{demo}/a/" in answered(page, "大字版")
    with page.expect_popup() as opening:
        page.locator(".row.them").last.get_by_role("link").first.click()
    assert "每月一次" in opening.value.locator("main").inner_text()


def test_who_belongs_to_no_branch_is_told_to_join_one(watched: Watched) -> None:
    tap(watched.page, "快进到下一次提醒")

    watched.page.get_by_text("请先加入一个演示支部").wait_for()
    assert watched.page.locator("#date").is_hidden()


def test_who_has_not_answered_is_asked_once_more_the_evening_before(browser: Browser, demo: str) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    opened(page, demo)
    page.get_by_label("演示支部").select_option("demo-3")
    joined(page, "党员")
    reminders = 0
    while NUDGED not in (note := leapt(page)) or not reminders:  # a nudge before any reminder is for others
        if NUDGED not in note:
            reminders += 1
            told(page, reminders)

    assert "19:00" in page.locator("#date").inner_text()
    assert "还没有收到您的回复" in told(page, reminders + 1)
    context.close()


def test_a_member_can_do_it_by_keyboard_in_large_print_and_axe_finds_nothing(browser: Browser, demo: str) -> None:
    context = browser.new_context(bypass_csp=True, viewport=NARROW)  # the page's own policy would keep axe out
    page = context.new_page()
    opened(page, demo)
    page.get_by_label("大字").check()
    page.get_by_label("演示支部").select_option("demo-3")
    joined(page, act=press)
    reminded(page, 1, press)
    press(page, "参加")

    answered(page, "您参加")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [f"{rule['id']}: {rule['help']}" for rule in Axe().run(page).response["violations"]] == []
    context.close()


def says(page: Page, text: str) -> None:
    page.get_by_label("输入问题").fill(text)
    page.keyboard.press("Enter")


def test_going_forward_stops_when_asked_to_remind_later_and_what_a_secretary_does_is_told_at_once(
    browser: Browser, demo: str
) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    opened(page, demo)
    page.get_by_label("演示支部").select_option("demo-3")
    joined(page)
    reminded(page, 1)

    says(page, "一小时后提醒我")
    later = re.search(r"\d+:\d\d", answered(page, "再提醒您"))
    assert later
    assert f"{later[0]}" in leapt(page)
    assert meeting(told(page, 2)) == meeting(told(page, 1))

    says(page, "补发")
    answered(page, "要再提醒他们一次吗")
    says(page, "1")
    assert meeting(told(page, 3)) == meeting(told(page, 1))
    assert page.get_by_role("group", name="快捷回复").count() == 1

    says(page, "取消本次")
    answered(page, "要取消吗")
    says(page, "1")
    assert "不用来了" in told(page, 4)
    assert page.get_by_role("group", name="快捷回复").count() == 0, "a cancelled meeting wants no answer"

    says(page, "退订")
    answered(page, "不再提醒您")
    assert "发“订阅”" in leapt(page)
    context.close()
