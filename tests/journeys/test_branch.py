"""A branch in the chat, through signed XML and a real store: bind, be told, answer, list, move, leave."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from bot import edited, web_app
from bot.announcements import Announcements
from bot.branch_book import BranchBook
from bot.calendar_links import CalendarLinks
from bot.desk import HANGS_UP
from bot.invitations import Invitations
from bot.known_days import KnownDays
from bot.ledger_upkeep import tidy
from bot.metrics import Metrics
from bot.roster_store import RosterStore
from bot.sandbox.envelope import message
from bot.settings import Settings
from bot.store import Store
from handlers.book import Reach, State
from handlers.layout import visible
from handlers.services import Services
from handlers.visits import Branches
from scheduler.roster import Branch, Member, Role
from tests.bot.test_roster_store import everything, imported
from tests.fakes import ACCOUNT, SHANGHAI, Answer, Clock, FakeReminders
from tests.fakes import Member as Phone
from tests.handlers.test_branch import PARTY_DAY

URL = "https://zhibu.example.org"
RED = Branch("hs-01", "红石村党支部", "红石镇党委", place="村委会二楼")
GREEN = Branch("qs-02", "青山社区党支部")


class Town:
    """Two branches, a secretary, and phones."""

    def __init__(self, services: Services, store: Store, clock: Clock) -> None:
        imported(store, [RED, GREEN], [Member("oBoss", "hs-01", frozenset({Role.MEMBER, Role.SECRETARY}))])
        self.store, self.clock, self.reminders = store, clock, FakeReminders()
        self.book = BranchBook(store)
        days = KnownDays(Announcements(store), clock)
        branches = Branches(self.book, self.reminders, edited.activities(Settings()), days, SHANGHAI)
        self.services = replace(services, branches=branches, public_url=URL)
        self.app = self.app_on(store)

    def app_on(self, store: Store) -> Flask:
        """The web process, on that store."""
        return web_app.assemble(ACCOUNT, store, lambda: self.services, self.clock, Metrics())

    def forgets_counts(self) -> None:
        """How many messages came in a day is kept for a day; the store's own clock knows nothing of days passed."""
        with self.store.commands() as client:
            client.delete(*client.keys("bot:count:*"))

    def phone(self, openid: str) -> Phone:
        return Phone(self.app.test_client(), self.clock, openid=openid)


@pytest.fixture
def town(services: Services, store: Store, clock: Clock) -> Town:
    return Town(services, store, clock)


def read(answer: Answer) -> str:
    return visible(answer.text)


def opened(data: bytes) -> Any:
    """The file, as a calendar program reads it."""
    return Calendar.from_ical(data)


def test_a_members_way_from_the_code_to_the_door(town: Town) -> None:
    boss, wang = town.phone("oBoss"), town.phone("oWangJianguo")
    code = read(boss.says("我的支部")).split("邀请码：")[1][:6]

    asked = wang.says(f"绑定 {code.lower()}")
    assert asked.outcome == "command"
    assert "您要加入“红石村党支部”（红石镇党委）吗？" in asked.text
    assert "您已加入“红石村党支部”" in wang.says("1").text
    assert "“王建国”" in wang.says("我叫王建国").text
    assert "12月7日（周一）15:00" in wang.says("下次党日是什么时候").text

    town.clock.pass_(days=13)  # the reminder came on Friday
    town.forgets_counts()
    town.reminders.told[PARTY_DAY] = {"oWangJianguo": State(Reach.REACHED), "oBoss": State(Reach.FAILED, "unfollowed")}
    assert "您请假，原因：出差" in wang.says("请假 出差").text
    listed = read(boss.says("名单"))
    assert "应到 2，已确认 0，差 2 人过半" in listed
    assert "请假 1：王建国（出差）" in listed
    assert "没通知到 1：没留名字的 1 人（没有关注公众号）" in listed

    asked = boss.says("改期 12月8日 19:30")
    assert "改为 12月8日（周二）19:30" in asked.text
    assert "改到12月8日（周二）19:30" in boss.says("好").text
    assert "12月8日（周二）19:30" in wang.says("下次党日").text
    assert "您参加" in wang.says("参加").text
    assert "参加 1：王建国" in read(boss.says("名单"))

    assert wang.does("unsubscribe").body == "success"
    tidy(town.store, town.clock.now)  # rows in former branches go in the night
    left = everything(town.store)
    for trace in ("oWangJianguo", RosterStore(town.store).pseudonyms("oWangJianguo"), "王建国", "出差"):
        assert trace not in left
    assert "参加" not in read(boss.says("名单"))


def test_a_qr_code_binds_whoever_follows_by_it(town: Town) -> None:
    li = town.phone("oLiXiuying")
    scene = Invitations(town.store).scene("qs-02")

    followed = li.does("subscribe", EventKey=f"qrscene_{scene}")

    assert followed.outcome == "event"
    assert "您要加入“青山社区党支部”吗？" in followed.text
    assert "您已加入" in li.says("对").text
    member = town.book.member("oLiXiuying")
    assert member is not None
    assert member.consent_source == "qr"


def test_a_retry_of_a_confirmation_does_it_once_and_answers_alike(town: Town) -> None:
    boss = town.phone("oBoss")
    boss.says("取消本次")

    first = boss.says("确认", MsgId=42)
    again = boss.says("确认", MsgId=42)

    assert "已取消" in first.text
    assert again.text == first.text
    assert town.book.changes_of("party_day", "hs-01")[PARTY_DAY.rule_date].version == 1


def test_leaving_is_never_lost_to_the_rate_limit(town: Town) -> None:
    wang = town.phone("oWangJianguo")
    wang.says(f"绑定 {town.book.code('hs-01')}")
    wang.says("1")
    for _ in range(31):
        wang.says("帮助")

    wang.does("unsubscribe")

    assert town.book.member("oWangJianguo") is None


def test_while_the_store_is_down_the_branch_gets_a_sentence_and_questions_get_answers(
    town: Town, no_store: Store
) -> None:
    branches = town.services.branches
    assert branches is not None
    down = replace(branches, book=BranchBook(no_store))
    town.services = replace(town.services, branches=down)
    wang = Phone(town.app_on(no_store).test_client(), town.clock)

    asked = wang.says("我的提醒")

    assert "查不了支部的事" in asked.text
    assert asked.outcome == "fallback"
    assert wang.says("主题党日多久开展一次").outcome == "answer"


def test_who_leaves_while_the_store_is_down_is_forgotten_when_wechat_tells_it_again(
    town: Town, no_store: Store
) -> None:
    wang = town.phone("oWangJianguo")
    wang.says(f"绑定 {town.book.code('hs-01')}")
    wang.says("1")
    held: list[float] = []
    branches = town.services.branches
    assert branches is not None
    services = replace(town.services, branches=replace(branches, book=BranchBook(no_store)))
    down = web_app.assemble(ACCOUNT, no_store, lambda: services, town.clock, Metrics(), sleep=held.append)
    leaving = wang.seals(message("event", wang.openid, int(town.clock.now.timestamp()), {"Event": "unsubscribe"}))

    unheard = Phone(down.test_client(), town.clock, openid=wang.openid).posts(leaving)
    again = wang.posts(leaving)

    assert (unheard.status, unheard.outcome) == (503, "event")
    assert len(held) == 1, "WeChat sends again what it hears nothing of for five seconds"
    assert HANGS_UP > 5
    assert (again.status, again.body) == (200, "success")
    assert town.book.member(wang.openid) is None
    assert wang.openid not in everything(town.store)


class TestCalendar:
    def address(self, town: Town, openid: str = "oBoss") -> str:
        """The path in the member's own link."""
        return read(town.phone(openid).says("我的提醒")).split(URL)[1].split()[0]

    def test_the_link_in_my_reminders_opens_in_a_calendar_program(self, town: Town) -> None:
        response = town.app.test_client().get(self.address(town))

        calendar = opened(response.data)
        events = calendar.walk("VEVENT")
        first = next(event for event in events if str(event["uid"]) == "party_day.2026-12-05.hs-01@zhibu")
        assert response.mimetype == "text/calendar"
        assert str(calendar["x-wr-calname"]) == "红石村党支部"
        assert first["dtstart"].dt.isoformat() == "2026-12-07T15:00:00+08:00"
        assert str(first["summary"]) == "主题党日"
        assert str(first["location"]) == "村委会二楼"
        assert str(first["status"]) == "CONFIRMED"
        assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
        assert len({str(event["uid"]) for event in events}) == len(events)
        assert not any("liaison" in str(event["uid"]) for event in events), "the secretary is no delegate"

    def test_days_nobody_knows_yet_are_tentative(self, town: Town) -> None:
        events = opened(town.app.test_client().get(self.address(town)).data).walk("VEVENT")

        assert {str(event["status"]) for event in events if event["dtstart"].dt.year == 2027} == {"TENTATIVE"}

    def test_a_moved_and_a_cancelled_meeting_keep_their_uid_and_grow_in_sequence(self, town: Town) -> None:
        path, boss = self.address(town), town.phone("oBoss")
        boss.says("改期 12月8日 19:30")
        boss.says("1")
        moved = self.event(town, path)
        boss.says("取消本次")
        boss.says("1")
        cancelled = self.event(town, path)

        assert moved == ("2026-12-08T19:30:00+08:00", 1, "CONFIRMED", "主题党日（改期）")
        assert cancelled[1:] == (2, "CANCELLED", "主题党日（取消）")

    @staticmethod
    def event(town: Town, path: str) -> tuple[str, int, str, str]:
        """When, which version, what state and what name the party day of December has."""
        for event in opened(town.app.test_client().get(path).data).walk("VEVENT"):
            if str(event["uid"]) == "party_day.2026-12-05.hs-01@zhibu":
                when = event["dtstart"].dt.isoformat()
                return when, int(event["sequence"]), str(event["status"]), str(event["summary"])
        raise AssertionError("no party day in December")

    def test_unchanged_it_need_not_be_sent_again(self, town: Town) -> None:
        client, path = town.app.test_client(), self.address(town)
        tag = client.get(path).headers["ETag"]
        town.clock.pass_(hours=3)

        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        town.book.change(PARTY_DAY, "oBoss", town.clock(), cancelled=True)
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 200

    def test_nobody_else_may_keep_it(self, town: Town) -> None:
        assert "no-store" in town.app.test_client().get(self.address(town)).headers["Cache-Control"]

    def test_without_the_right_key_there_is_nothing_to_see(self, town: Town) -> None:
        client, path = town.app.test_client(), self.address(town)
        key = path.split("key=")[1]

        for wrong in (
            "/calendar/hs-01.ics",
            "/calendar/hs-01.ics?key=",
            "/calendar/hs-01.ics?key=-",
            f"/calendar/hs-01.ics?key={key[:-1]}",
            f"/calendar/hs-01.ics?key={key[:-1]}%ED%A0%80",
            f"/calendar/hs-01.ics?key={key.partition('-')[2]}",
            f"/calendar/qs-02.ics?key={key}",
            f"/calendar/nowhere.ics?key={key}",
        ):
            response = client.get(wrong)
            assert (response.status_code, response.data) == (404, b"404\n"), wrong

    def test_who_has_left_the_branch_reads_no_more(self, town: Town) -> None:
        path = self.address(town)
        town.book.unbind("oBoss")

        assert town.app.test_client().get(path).status_code == 404

    def test_the_branchs_own_link_shows_every_activity(self, town: Town) -> None:
        response = town.app.test_client().get(CalendarLinks(town.store).path("hs-01"))

        uids = {str(event["uid"]) for event in opened(response.data).walk("VEVENT")}
        assert any(uid.startswith("liaison_day.") for uid in uids)
        assert any(uid.startswith("party_day.") for uid in uids)

    def test_while_the_store_is_down_it_says_to_come_back(self, town: Town, no_store: Store) -> None:
        path = self.address(town)

        assert town.app_on(no_store).test_client().get(path).status_code == 503
