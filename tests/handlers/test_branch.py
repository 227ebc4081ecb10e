"""What members and secretaries say about their branch, and what comes of it; on a real book."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from urllib.parse import unquote

import pytest

from bot import edited
from bot.branch_book import BranchBook
from bot.invitations import Invitations
from bot.roster_store import RosterStore
from bot.settings import Settings
from bot.store import Store
from content.calendar import plain_week
from handlers.book import Attendance, Consent, Reach, State
from handlers.dispatch import reply_to
from handlers.layout import MAX_BYTES, size, visible
from handlers.messages import Incoming, Kind, Memory, Outcome, Turn
from handlers.services import Services
from handlers.visits import Branches
from scheduler.agenda import Meeting
from scheduler.roster import Branch, Member, Role
from scheduler.roster_changes import compare
from scheduler.roster_files import Roster
from tests.fakes import NOW, SHANGHAI, FakeReminders

# NOW is Saturday, 21 November 2026, 10:00. The fifth of December is a Saturday: the party day moves to Monday, 7th.
RED = Branch("hs-01", "红石村党支部", "红石镇党委", place="村委会二楼")
GREEN = Branch("qs-02", "青山社区党支部", party_day="每月第一个周五", party_time=time(19, 30))
PARTY_DAY = Meeting("party_day", "hs-01", date(2026, 12, 5))
LIAISON_DAY = Meeting("liaison_day", "hs-01", date(2026, 12, 4))


class Chat:
    """Members of two branches talking straight to the handlers."""

    def __init__(self, services: Services, store: Store) -> None:
        self.book = BranchBook(store)
        self.reminders = FakeReminders()
        self.roster = RosterStore(store)
        self.invitations = Invitations(store)
        self.now = NOW
        activities = edited.activities(Settings())
        branches = Branches(self.book, self.reminders, activities, lambda: plain_week, SHANGHAI)
        self.services = replace(services, branches=branches)
        self.memories: dict[str, Memory] = {}
        self.imports(Member("oBoss", "hs-01", frozenset({Role.MEMBER, Role.SECRETARY})), Member("oWang", "hs-01"))

    def imports(self, *members: Member) -> None:
        wanted = Roster({"hs-01": RED, "qs-02": GREEN}, {one.openid: one for one in members})
        now = self.roster.snapshot()
        assert self.roster.write(compare(now.branches, now.members, wanted), now.version)

    def says(self, openid: str, text: str) -> Turn:
        return self.sends(openid, Kind.TEXT, text=text)

    def sends(self, openid: str, kind: Kind, text: str = "", event_key: str = "") -> Turn:
        message = Incoming(kind, "k", openid, "bot", text, event_key)
        turn = reply_to(message, self.memories.get(openid, Memory()), self.services, self.now)
        self.memories[openid] = turn.memory
        assert size(turn.reply.text) <= MAX_BYTES
        return turn

    def hears(self, openid: str, *texts: str) -> str:
        """What the member reads after the last of these."""
        for text in texts:
            turn = self.says(openid, text)
            assert turn.reply.outcome is Outcome.COMMAND, (text, turn.reply)
        return visible(turn.reply.text)

    def taps(self, openid: str) -> list[str]:
        """What the lines of the last reply say when tapped."""
        return [choice.says for choice in self.memories[openid].choices]


@pytest.fixture
def chat(services: Services, store: Store) -> Chat:
    return Chat(services, store)


def is_command(turn: Turn) -> bool:
    return turn.reply.outcome is Outcome.COMMAND


class TestBinding:
    @pytest.mark.parametrize(
        "written",
        [
            "绑定 {0}",
            "绑定{0}",
            "绑定：{0}",
            "绑定 “{0}”",
            "我要绑定 {0}",
            "邀请码{0}",
            "{0}",
            "绑定 {1}",
            "绑定 {2}",
            "绑定 {3}",
        ],
    )
    def test_a_code_is_taken_however_it_is_written(self, chat: Chat, written: str) -> None:
        code = chat.book.code("qs-02")
        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)

        asked = chat.hears("oNew", written.format(code, code.lower(), wide, f"{code[:3]} {code[3:]}"))

        assert "您要加入“青山社区党支部”吗？" in asked
        assert chat.book.member("oNew") is None, "nothing is done before it is confirmed"

    @pytest.mark.parametrize("answer", ["1", "是的", "对", "好", "可以", "确认", "确认：加入青山社区党支部"])
    def test_one_confirmation_binds_and_keeps_consent_with_time_and_source(self, chat: Chat, answer: str) -> None:
        reply = chat.hears("oNew", f"绑定 {chat.book.code('qs-02')}", answer)

        assert "您已加入“青山社区党支部”" in reply
        assert "12月4日（周五）19:30" in reply
        member = chat.book.member("oNew")
        assert member is not None
        assert (member.branch_id, member.consented_at, member.consent_source) == ("qs-02", NOW, "code")

    @pytest.mark.parametrize("answer", ["2", "不用了", "不", "算了", "取消"])
    def test_a_no_changes_nothing(self, chat: Chat, answer: str) -> None:
        assert "什么都没改" in chat.hears("oNew", f"绑定 {chat.book.code('qs-02')}", answer)
        assert chat.book.member("oNew") is None

    def test_a_plain_yes_counts_only_right_after_the_question(self, chat: Chat) -> None:
        chat.hears("oNew", f"绑定 {chat.book.code('qs-02')}", "帮助")

        assert not is_command(chat.says("oNew", "好的"))
        assert chat.book.member("oNew") is None
        assert "您已加入" in chat.hears("oNew", "确认：加入青山社区党支部")

    def test_a_tap_on_an_old_question_confirms_nothing(self, chat: Chat) -> None:
        chat.hears("oNew", f"绑定 {chat.book.code('qs-02')}")
        chat.now += timedelta(minutes=11)

        assert "过时" in chat.hears("oNew", "确认：加入青山社区党支部")
        assert chat.book.member("oNew") is None

    def test_a_wrong_code_is_said_to_be_wrong_and_guessing_ends(self, chat: Chat) -> None:
        assert "没有“ABC234”这个邀请码" in chat.hears("oNew", "绑定 abc234")

        replies = [chat.hears("oNew", f"绑定 ABC{number}") for number in range(200, 212)]

        assert "试错的次数太多" in replies[-1]
        assert "试错的次数太多" in chat.hears("oNew", f"绑定 {chat.book.code('qs-02')}")

    @pytest.mark.parametrize("text", ["绑定", "怎么绑定", "加入支部", "邀请码", "绑定 ！"])
    def test_without_a_code_it_is_said_how(self, chat: Chat, text: str) -> None:
        assert "向支部书记要邀请码" in chat.hears("oNew", text)

    def test_scanning_the_branchs_qr_code_asks_the_same_question(self, chat: Chat) -> None:
        scene = chat.invitations.scene("hs-01")

        following = chat.sends("oNew", Kind.SUBSCRIBE, event_key=f"qrscene_{scene}")
        scanning = chat.sends("oOther", Kind.SCAN, event_key=scene)

        for turn in (following, scanning):
            assert turn.reply.outcome is Outcome.EVENT
            assert "您要加入“红石村党支部”（红石镇党委）吗？" in turn.reply.text
        assert "我是支部小助手" in following.reply.text
        chat.hears("oNew", "1")
        member = chat.book.member("oNew")
        assert member is not None
        assert member.consent_source == "qr"

    @pytest.mark.parametrize("scene", ["", "qrscene_", "qrscene_hs-01.0123456789abcdef", "qrscene_shop"])
    def test_any_other_qr_code_is_welcomed_as_ever(self, chat: Chat, scene: str) -> None:
        assert "我根据整理好的" in chat.sends("oNew", Kind.SUBSCRIBE, event_key=scene).reply.text

    def test_who_is_there_already_is_told_so(self, chat: Chat) -> None:
        chat.book.bind("oWang", "hs-01", Consent.CODE, NOW)

        assert "您已经在“红石村党支部”了" in chat.hears("oWang", f"绑定 {chat.book.code('hs-01')}")

    def test_who_was_imported_is_still_asked_for_consent_and_keeps_their_role(self, chat: Chat) -> None:
        chat.hears("oBoss", f"绑定 {chat.book.code('hs-01')}", "1")

        member = chat.book.member("oBoss")
        assert member is not None
        assert member.consented_at == NOW
        assert Role.SECRETARY in member.roles

    def test_changing_branches_says_from_where_to_where(self, chat: Chat) -> None:
        asked = chat.hears("oWang", f"绑定 {chat.book.code('qs-02')}")

        assert "您现在在“红石村党支部”" in asked
        assert "换到“青山社区党支部”" in asked

    def test_a_branch_that_went_meanwhile_takes_nobody(self, chat: Chat) -> None:
        chat.hears("oNew", f"绑定 {chat.book.code('qs-02')}")
        now = chat.roster.snapshot()
        chat.roster.write(compare(now.branches, now.members, Roster({}, {}), strictly=True), now.version)

        assert "不在名册里" in chat.hears("oNew", "1")

    def test_without_a_roster_such_words_are_questions_as_before(self, services: Services) -> None:
        message = Incoming(Kind.TEXT, "k", "oNew", "bot", "我的支部")

        assert reply_to(message, Memory(), services, NOW).reply.outcome is not Outcome.COMMAND


class TestMyBranch:
    def test_everything_kept_is_told(self, chat: Chat) -> None:
        chat.hears("oNew", f"绑定 {chat.book.code('hs-01')}", "1", "我叫李秀英")

        reply = chat.hears("oNew", "我的支部")

        for said in ("红石村党支部", "红石镇党委", "党员", "李秀英", "2026年11月21日，邀请码"):
            assert said in reply

    def test_only_the_secretary_sees_the_code(self, chat: Chat) -> None:
        code = chat.book.code("hs-01")

        assert code in chat.hears("oBoss", "我的支部")
        assert code not in chat.hears("oWang", "我的支部")

    @pytest.mark.parametrize(
        "text", ["我叫王建国", "我叫 王建国。", "我的名字是王建国", "我叫买买提·艾力", "我叫王建国（老）"]
    )
    def test_a_name_is_kept_and_said_back(self, chat: Chat, text: str) -> None:
        reply = chat.hears("oWang", text)

        (name,) = chat.book.names("hs-01").values()
        assert f"“{name}”" in reply
        assert name in text

    @pytest.mark.parametrize(
        "text",
        ["我姓王叫王建国", "我姓王，叫建国", "我姓王 名叫建国。", "俺姓王，我叫王建国", "免贵姓王叫建国", "俺叫王建国"],
    )
    def test_a_surname_said_before_the_name_belongs_to_it(self, chat: Chat, text: str) -> None:
        assert "“王建国”" in chat.hears("oWang", text)
        assert [*chat.book.names("hs-01").values()] == ["王建国"]

    def test_of_a_surname_alone_the_name_is_asked_for(self, chat: Chat) -> None:
        assert "加上姓名" in chat.hears("oWang", "我姓王")
        assert chat.book.names("hs-01") == {}

    @pytest.mark.parametrize(
        "text",
        [
            "我叫村里的人来开会都不来",
            "我姓名写错了",
            "我姓什么",
            "我叫什么名字",
            "我叫什么",
            "我叫",
            "我叫" + "长" * 20,
            "我叫<a>",
            "我叫不出来",
            "我叫他来",
        ],
    )
    def test_what_is_no_name_is_not_kept(self, chat: Chat, text: str) -> None:
        chat.says("oWang", text)

        assert chat.book.names("hs-01") == {}

    def test_leaving_is_asked_and_then_leaves_nothing(self, chat: Chat) -> None:
        asked = chat.hears("oWang", "解绑")
        assert "要退出“红石村党支部”吗" in asked
        assert chat.book.member("oWang") is not None

        assert not is_command(chat.says("oWang", "对，不退出"))
        chat.hears("oWang", "解绑")
        assert "已经退出" in chat.hears("oWang", "对，退出")
        assert chat.book.member("oWang") is None
        assert chat.reminders.forgotten == ["oWang"]


class TestDates:
    def test_the_next_party_day_is_told_with_place_and_why_it_moved(self, chat: Chat) -> None:
        reply = chat.hears("oWang", "下次党日是什么时候？")

        assert reply.startswith("主题党日：12月7日（周一）15:00\n地点：村委会二楼\n逢休息日调整，原为12月5日。")

    @pytest.mark.parametrize("text", ["明天还开会不", "请问几点开会", "开会在哪？", "会议地点在哪"])
    def test_the_next_meeting_is_asked_for_as_people_talk(self, chat: Chat, text: str) -> None:
        assert chat.hears("oWang", text).startswith("主题党日：12月7日（周一）15:00\n地点：村委会二楼\n")

    def test_a_date_that_may_still_move_is_said_to(self, chat: Chat) -> None:
        assert "日子可能会变" in chat.hears("oWang", "下次党日")

    def test_what_does_not_concern_a_member_is_told_with_a_word_on_that(self, chat: Chat) -> None:
        reply = chat.hears("oWang", "下次联系日")

        assert "12月4日（周五）" in reply
        assert "按名册上您的身份" in reply

    def test_next_meeting_is_the_first_of_all_that_concern_the_member(self, chat: Chat) -> None:
        chat.imports(Member("oWang", "hs-01", frozenset({Role.MEMBER, Role.DELEGATE})))

        assert chat.hears("oWang", "下次什么时候开会").startswith("党代表联系日：12月4日")

    def test_during_a_meeting_it_is_still_the_next_one_and_afterwards_no_more(self, chat: Chat) -> None:
        chat.now = datetime(2026, 12, 7, 16, 0, tzinfo=SHANGHAI)
        assert "12月7日" in chat.hears("oWang", "下次党日")

        chat.now = datetime(2026, 12, 7, 18, 1, tzinfo=SHANGHAI)
        assert "1月5日" in chat.hears("oWang", "下次党日")

    def test_a_cancelled_one_is_told_before_the_next_that_takes_place(self, chat: Chat) -> None:
        chat.book.change(PARTY_DAY, "oBoss", NOW, cancelled=True)

        reply = chat.hears("oWang", "下次党日")

        assert reply.index("这一次取消了") < reply.index("1月5日")

    @pytest.mark.parametrize(
        "text",
        [
            "下次党日",
            "我的提醒",
            "退订",
            "订阅",
            "稍后提醒",
            "名单",
            "取消本次",
            "请假 出差",
            "参加",
            "我的支部",
            "解绑",
            "我叫王建国",
        ],
    )
    def test_who_is_bound_to_no_branch_is_told_how_to_bind(self, chat: Chat, text: str) -> None:
        assert "向支部书记要邀请码" in chat.hears("oNobody", text)

    @pytest.mark.parametrize("text", ["我去", "没空", "有事", "我叫醒谁", "好的", "收到", "可以", "不用了"])
    def test_everyday_words_of_such_a_one_are_no_commands(self, chat: Chat, text: str) -> None:
        assert not is_command(chat.says("oNobody", text))


class TestSubscription:
    def test_my_reminders_tells_dates_leads_and_the_address_of_the_calendar(self, chat: Chat) -> None:
        chat.services = replace(chat.services, public_url="https://zhibu.example.org")

        reply = chat.hears("oWang", "我的提醒")

        assert "主题党日：12月7日（周一）15:00" in reply
        assert "提醒：提前3天 09:00、当天 08:00" in reply
        assert "联系日" not in reply
        assert "https://zhibu.example.org/calendar/hs-01.ics?key=" in reply

    def test_without_a_public_address_there_is_no_link(self, chat: Chat) -> None:
        assert "http" not in chat.hears("oWang", "我的提醒")

    def test_off_and_on_again(self, chat: Chat) -> None:
        assert "不再提醒您主题党日" in chat.hears("oWang", "退订")
        assert "您已退订" in chat.hears("oWang", "我的提醒")
        assert chat.taps("oWang") == ["订阅主题党日"]

        assert "到时候提醒您主题党日" in chat.hears("oWang", "1")
        member = chat.book.member("oWang")
        assert member is not None
        assert not member.muted
        assert member.consented_at == NOW, "asking for it again is consent"

    def test_of_several_kinds_it_is_asked_which(self, chat: Chat) -> None:
        chat.imports(Member("oWang", "hs-01", frozenset({Role.MEMBER, Role.DELEGATE})))

        assert "不要哪一种提醒" in chat.hears("oWang", "退订")
        assert "不再提醒您党代表联系日" in chat.hears("oWang", "2")
        member = chat.book.member("oWang")
        assert member is not None
        assert member.muted == {"liaison_day"}

    def test_one_kind_can_be_named(self, chat: Chat) -> None:
        assert "不再提醒您党代表联系日" in chat.hears("oWang", "退订联系日")

    def test_later_offers_only_times_before_the_meeting_outside_the_quiet_hours(self, chat: Chat) -> None:
        chat.hears("oWang", "稍后提醒")
        assert chat.taps("oWang") == ["一小时后提醒我", "今晚提醒我", "明早提醒我"]

        chat.now = datetime(2026, 12, 6, 20, 45, tzinfo=SHANGHAI)
        chat.hears("oWang", "稍后提醒")
        assert chat.taps("oWang") == ["明早提醒我"]

        chat.now = datetime(2026, 12, 7, 14, 30, tzinfo=SHANGHAI)
        assert "没有合适的时间" in chat.hears("oWang", "稍后提醒")

    @pytest.mark.parametrize(
        ("text", "until"),
        [
            ("一小时后提醒我", datetime(2026, 11, 21, 11, 0, tzinfo=SHANGHAI)),
            ("今晚提醒我", datetime(2026, 11, 21, 19, 30, tzinfo=SHANGHAI)),
            ("明早提醒我", datetime(2026, 11, 22, 8, 0, tzinfo=SHANGHAI)),
        ],
    )
    def test_later_is_kept_and_said_back(self, chat: Chat, text: str, until: datetime) -> None:
        reply = chat.hears("oWang", text)

        assert chat.reminders.snoozed == [("oWang", PARTY_DAY, until)]
        assert f"{until:%H:%M}再提醒您12月7日（周一）15:00的主题党日" in reply

    def test_an_hour_later_is_refused_when_it_would_be_in_the_quiet_hours(self, chat: Chat) -> None:
        chat.now = datetime(2026, 11, 21, 21, 0, tzinfo=SHANGHAI)

        assert "那个时候不合适" in chat.hears("oWang", "一小时后提醒我")
        assert chat.reminders.snoozed == []


class TestAttendance:
    def test_coming_is_kept_and_said_back_exactly(self, chat: Chat) -> None:
        reply = chat.hears("oWang", "参加")

        assert reply.startswith("记下了：12月7日（周一）15:00的主题党日，您参加。")
        assert chat.book.attendance(PARTY_DAY) == {"oWang": Attendance(True, "", NOW)}

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("请假 出差", "出差"),
            ("请假，家里有事", "家里有事"),
            ("请假＋出差", "出差"),
            ("请假+出差", "出差"),
            ("请假——出差", "出差"),
            ("主题党日请假：住院", "住院"),
            ("请假", ""),
            ("请假 去医院处理伤口", "去医院处理伤口"),
            ("请假 为了照顾老人", "为了照顾老人"),
            ("请假 没什么大事，头疼", "没什么大事，头疼"),
        ],
    )
    def test_leave_is_kept_with_its_reason(self, chat: Chat, text: str, reason: str) -> None:
        reply = chat.hears("oWang", text)

        assert chat.book.attendance(PARTY_DAY) == {"oWang": Attendance(False, reason, NOW)}
        assert reason in reply
        assert "12月7日（周一）15:00的主题党日，您请假" in reply

    @pytest.mark.parametrize(
        "text",
        ["我去", "去不了", "不参加了", "没空", "有事去不了", "请假老伴住院", "我请假去县里看病", "参加，晚到一会"],
    )
    def test_everyday_words_count_only_for_those_who_have_been_reminded(self, chat: Chat, text: str) -> None:
        assert not is_command(chat.says("oWang", text))
        assert chat.book.attendance(PARTY_DAY) == {}

        chat.reminders.told[PARTY_DAY] = {"oWang": State(Reach.REACHED)}
        assert "记下了" in chat.hears("oWang", text)
        assert "oWang" in chat.book.attendance(PARTY_DAY)

    def test_the_next_party_day_says_what_the_member_answered(self, chat: Chat) -> None:
        assert "您回复的是" not in chat.hears("oWang", "下次党日")
        assert "您回复的是：参加\n" in chat.hears("oWang", "参加", "下次党日")

        assert "您回复的是：请假（出差）" in chat.hears("oWang", "请假 出差", "下次党日")

        chat.hears("oBoss", "改期 12月8日", "1")
        assert "您回复的是：请假（出差、改期前回复的）" in chat.hears("oWang", "下次党日")

    @pytest.mark.parametrize("text", ["收到", "收到，谢谢", "好的", "知道了"])
    def test_who_only_says_a_reminder_was_read_is_asked_whether_they_come(self, chat: Chat, text: str) -> None:
        assert not is_command(chat.says("oWang", text)), "nothing was told that could be meant"

        chat.reminders.told[PARTY_DAY] = {"oWang": State(Reach.REACHED)}
        assert "12月7日（周一）15:00的主题党日，您来不来？" in chat.hears("oWang", text)
        assert chat.book.attendance(PARTY_DAY) == {}, "having read is not coming"

        assert "您参加" in chat.hears("oWang", "1")
        chat.now += timedelta(minutes=11)
        assert not is_command(chat.says("oWang", text)), "who has answered is not asked again"

    def test_a_word_of_thanks_after_an_answer_is_about_that_answer(self, chat: Chat) -> None:
        chat.reminders.told[PARTY_DAY] = {"oWang": State(Reach.REACHED)}
        chat.says("oWang", "咸宁的支部主题党日多久开展一次？")

        assert not is_command(chat.says("oWang", "知道了"))

    @pytest.mark.parametrize("reason", ["身体不好", "孙子发烧", "去城里看病"])
    def test_the_message_after_a_leave_without_a_reason_is_the_reason(self, chat: Chat, reason: str) -> None:
        assert "是什么原因" in chat.hears("oWang", "请假")

        assert f"您请假，原因：{reason}" in chat.hears("oWang", reason)
        assert chat.book.attendance(PARTY_DAY)["oWang"].reason == reason
        assert not is_command(chat.says("oWang", "孙女上学")), "only the next message is"

    @pytest.mark.parametrize("text", ["主题党日多久一次", "咸宁的支部主题党日", "目录", "好的", "不用了", "？"])
    def test_what_is_no_reason_is_not_taken_for_one(self, chat: Chat, text: str) -> None:
        chat.hears("oWang", "请假")

        chat.says("oWang", text)

        assert chat.book.attendance(PARTY_DAY)["oWang"].reason == ""

    def test_the_reason_goes_to_the_meeting_the_leave_was_for(self, chat: Chat) -> None:
        chat.imports(Member("oWang", "hs-01", frozenset({Role.MEMBER, Role.DELEGATE})))

        chat.hears("oWang", "主题党日请假", "家里有客人")

        assert chat.book.attendance(PARTY_DAY)["oWang"].reason == "家里有客人"
        assert chat.book.attendance(LIAISON_DAY) == {}

    def test_of_two_meetings_close_together_it_is_asked_which_and_the_reason_is_kept(self, chat: Chat) -> None:
        chat.imports(Member("oWang", "hs-01", frozenset({Role.MEMBER, Role.DELEGATE})))

        assert "您请哪一个的假" in chat.hears("oWang", "请假 出差")
        reply = chat.hears("oWang", "2")

        assert "12月7日（周一）15:00的主题党日，您请假，原因：出差" in reply
        assert chat.book.attendance(LIAISON_DAY) == {}
        assert chat.book.attendance(PARTY_DAY)["oWang"].reason == "出差"

    def test_after_the_meeting_nothing_is_kept_for_it(self, chat: Chat) -> None:
        chat.now = datetime(2026, 12, 7, 18, 1, tzinfo=SHANGHAI)

        reply = chat.hears("oWang", "参加")

        assert chat.book.attendance(PARTY_DAY) == {}
        assert "1月5日" in reply

    def test_everyday_words_change_an_answer_given_before(self, chat: Chat) -> None:
        chat.hears("oWang", "请假 出差", "参加，晚到一会")
        assert chat.book.attendance(PARTY_DAY)["oWang"].coming

        chat.hears("oWang", "去不了")
        assert not chat.book.attendance(PARTY_DAY)["oWang"].coming

    @pytest.mark.parametrize("text", ["帮我请个假", "请个假 出差", "跟书记请个假，出差"])
    def test_leave_is_asked_for_as_people_talk(self, chat: Chat, text: str) -> None:
        assert "您请假" in chat.hears("oWang", text)
        assert not chat.book.attendance(PARTY_DAY)["oWang"].coming

    def test_a_cancelled_meeting_takes_no_answer(self, chat: Chat) -> None:
        chat.book.change(PARTY_DAY, "oBoss", NOW, cancelled=True)

        assert "没有需要您回复的会，这句话没有记下" in chat.hears("oWang", "参加")

    def test_a_reason_is_cut_to_one_line_and_cannot_look_like_a_link(self, chat: Chat) -> None:
        reply = chat.says("oWang", "请假 <a href='x'>点我</a>\n" + "长" * 200).reply.text

        assert "<a href='x'>" not in reply
        assert len(chat.book.attendance(PARTY_DAY)["oWang"].reason) == 60


class TestList:
    @pytest.fixture
    def full(self, chat: Chat) -> Chat:
        people = [Member(f"o{number:02d}", "hs-01") for number in range(24)]
        chat.imports(Member("oBoss", "hs-01", frozenset({Role.MEMBER, Role.SECRETARY})), *people)
        for number in range(11):
            chat.book.attend(f"o{number:02d}", PARTY_DAY, Attendance(True, "", NOW))
        chat.book.attend("o11", PARTY_DAY, Attendance(False, "住院", NOW))
        chat.book.attend("o12", PARTY_DAY, Attendance(False, "", NOW))
        chat.book.set_name("o00", "王建国")
        chat.book.set_name("o11", "李秀英")
        chat.reminders.told[PARTY_DAY] = {
            "o00": State(Reach.FAILED, "unfollowed"),
            "o13": State(Reach.FAILED, "unfollowed"),
            "o14": State(Reach.FAILED, "unfollowed"),
            "o15": State(Reach.SKIPPED, "opt_out"),
            "o16": State(Reach.UNKNOWN, "unmarked"),
            "o17": State(Reach.REACHED),
            "o18": State(Reach.FAILED, "code_99999"),
        }
        return chat

    def test_it_tells_who_comes_who_is_on_leave_who_is_silent_who_is_out_of_reach_and_the_forecast(
        self, full: Chat
    ) -> None:
        lines = full.hears("oBoss", "名单").split("\n")

        assert lines[0] == "12月7日（周一）15:00的主题党日"
        assert lines[1] == "应到 25，已确认 11，差 2 人过半"
        assert lines[2] == "参加 11：王建国、没留名字的 10 人"
        assert lines[3] == "请假 2：李秀英（住院）、没留名字的 1 人"
        assert lines[4] == "没回复 7：没留名字的 7 人"
        assert lines[5] == (
            "没通知到 5：没留名字的 2 人（没有关注公众号）、没留名字的 1 人（自己退订了）、"
            "没留名字的 1 人（不知道收到没有）、没留名字的 1 人（没发成功）"
        )

    def test_more_than_half_is_a_quorum(self, full: Chat) -> None:
        for openid in ("o13", "o14"):
            full.book.attend(openid, PARTY_DAY, Attendance(True, "", NOW))

        assert "应到 25，已确认 13，已过半" in full.hears("oBoss", "名单")

    def test_the_exempt_are_not_counted(self, full: Chat) -> None:
        full.book.set_exempt("o13", True, "oBoss", NOW)
        full.book.set_exempt("o00", True, "oBoss", NOW)

        assert "应到 23，已确认 10，差 2 人过半" in full.hears("oBoss", "名单")

    def test_a_long_list_goes_on_with_more(self, full: Chat) -> None:
        for number in range(24):
            full.book.set_name(f"o{number:02d}", "阿卜杜热合曼·买买提" + "一二三四五六七八九十甲乙"[number % 12] * 20)

        assert "更多" in full.hears("oBoss", "名单")
        assert "没通知到" in full.hears("oBoss", "更多")

    def test_answers_given_before_a_change_are_marked(self, full: Chat) -> None:
        full.hears("oBoss", "改期 12月8日", "1")
        assert "王建国（改期前回复的）" in full.hears("oBoss", "名单")
        assert "李秀英（住院、改期前回复的）" in full.hears("oBoss", "名单")

        full.hears("o00", "参加")
        assert "参加 11：王建国、" in full.hears("oBoss", "名单")

    def test_a_list_can_be_of_one_kind(self, chat: Chat) -> None:
        assert "党代表联系日" in chat.hears("oBoss", "联系日名单")

    @pytest.mark.parametrize("text", ["名单", "取消本次", "补发", "改期 12月8日", "免提醒 王建国"])
    def test_others_are_told_kindly_that_it_is_the_secretarys(self, chat: Chat, text: str) -> None:
        assert "由支部书记来办" in chat.hears("oWang", text)


class TestChanges:
    def test_moving_shows_before_and_after_and_how_many_are_told_and_is_done_once_confirmed(self, chat: Chat) -> None:
        asked = chat.hears("oBoss", "改期 12月8日 19:30")

        assert "原来 12月7日（周一）15:00" in asked
        assert "改为 12月8日（周二）19:30" in asked
        assert "通知 2 人" in asked
        assert chat.book.changes_of("party_day", "hs-01") == {}

        assert "改到12月8日（周二）19:30" in chat.hears("oBoss", "1")
        (change,) = chat.book.changes_of("party_day", "hs-01").values()
        assert (change.to, change.at, change.version) == (date(2026, 12, 8), time(19, 30), 1)
        assert "书记改了期，原定12月7日" in chat.hears("oWang", "下次党日")

    @pytest.mark.parametrize(
        ("text", "after"),
        [
            ("改期到下周五晚上七点半", "11月27日（周五）19:30"),
            ("党日改到12月9号", "12月9日（周三）15:00"),
            ("改期 19:30", "12月7日（周一）19:30"),
            ("推迟到12月10日", "12月10日（周四）15:00"),
            ("改期 1月8日", "1月8日（周五）15:00"),
        ],
    )
    def test_day_and_time_are_read_as_people_write_them(self, chat: Chat, text: str, after: str) -> None:
        assert f"改为 {after}" in chat.hears("oBoss", text)

    def test_the_meeting_nearest_to_the_day_is_meant(self, chat: Chat) -> None:
        assert "原来 1月5日（周二）15:00" in chat.hears("oBoss", "改期 1月8日")

    def test_a_day_off_is_pointed_out(self, chat: Chat) -> None:
        assert "12月6日（周日）15:00（这天休息）" in chat.hears("oBoss", "改期 12月6日")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("改期", "请写上日子或时间"),
            ("改期 等通知", "请写上日子或时间"),
            ("改期 今天 9:00", "已经过了"),
            ("改期 2027年8月1日", "2027年8月1日（周日）15:00太远了，只能改到三个月以内"),
            ("改期 11月20日", "2027年11月20日（周六）15:00太远了"),
            ("改期 12月7日 15:00", "本来就是这个时间"),
        ],
    )
    def test_what_cannot_be_is_said_and_not_asked(self, chat: Chat, text: str, said: str) -> None:
        assert said in chat.hears("oBoss", text)

    def test_a_confirmation_of_what_was_changed_meanwhile_changes_nothing(self, chat: Chat) -> None:
        chat.hears("oBoss", "改期 12月8日")
        chat.book.change(PARTY_DAY, "oBoss", NOW, cancelled=True)

        assert "什么都没改" in chat.hears("oBoss", "1")
        assert chat.book.changes_of("party_day", "hs-01")[PARTY_DAY.rule_date].cancelled

    def test_a_secretary_no_more_confirms_nothing(self, chat: Chat) -> None:
        chat.hears("oBoss", "取消本次")
        chat.imports(Member("oBoss", "hs-01"), Member("oWang", "hs-01"))

        assert "由支部书记来办" in chat.hears("oBoss", "1")
        assert chat.book.changes_of("party_day", "hs-01") == {}

    def test_cancelling_and_bringing_back(self, chat: Chat) -> None:
        assert "要取消吗" in chat.hears("oBoss", "取消本次")
        assert "已取消" in chat.hears("oBoss", "好")
        assert chat.book.changes_of("party_day", "hs-01")[PARTY_DAY.rule_date].cancelled

        assert "原来 12月7日（周一）15:00（已取消）" in chat.hears("oBoss", "改期 12月7日 15:00")
        chat.hears("oBoss", "1")
        change = chat.book.changes_of("party_day", "hs-01")[PARTY_DAY.rule_date]
        assert not change.cancelled
        assert change.version == 2

    def test_what_was_moved_and_is_cancelled_then_is_the_date_members_heard(self, chat: Chat) -> None:
        chat.hears("oBoss", "改期 12月8日 19:30", "1", "取消本次", "1")

        reply = chat.hears("oWang", "下次党日")
        assert reply.startswith("主题党日：12月8日（周二）19:30\n地点：村委会二楼\n这一次取消了。")

    def test_telling_again_goes_to_those_who_have_not_answered_and_want_to_hear(self, chat: Chat) -> None:
        chat.imports(
            Member("oBoss", "hs-01", frozenset({Role.MEMBER, Role.SECRETARY})),
            *(Member(openid, "hs-01") for openid in ("oWang", "oLi", "oMuted", "oOld")),
        )
        chat.book.attend("oBoss", PARTY_DAY, Attendance(True, "", NOW))
        chat.book.mute("oMuted", "party_day", True, NOW)
        chat.book.set_exempt("oOld", True, "oBoss", NOW)

        assert "还有 2 人没回复" in chat.hears("oBoss", "补发")
        assert chat.reminders.resent == []
        assert "再提醒 2 人" in chat.hears("oBoss", "1")
        assert chat.reminders.resent == [(PARTY_DAY, frozenset({"oWang", "oLi"}))]

        assert "正在发" in chat.hears("oBoss", "补发", "1")

    def test_nobody_left_to_tell(self, chat: Chat) -> None:
        for openid in ("oBoss", "oWang"):
            chat.book.attend(openid, PARTY_DAY, Attendance(True, "", NOW))

        assert "不用补发" in chat.hears("oBoss", "补发")

    def test_exempting_by_name_and_back(self, chat: Chat) -> None:
        chat.hears("oWang", "我叫王建国")

        assert "王建国不再收到提醒" in chat.hears("oBoss", "免提醒 王建国")
        assert "不会发给您" in chat.hears("oWang", "我的提醒")
        assert "王建国照常提醒" in chat.hears("oBoss", "恢复计人数 王建国")
        member = chat.book.member("oWang")
        assert member is not None
        assert not member.exempt

    def test_a_name_with_a_remark_tells_two_of_one_name_apart(self, chat: Chat) -> None:
        chat.hears("oWang", "我叫王建国（老）")
        chat.hears("oBoss", "我叫王建国")

        chat.hears("oBoss", "免提醒 王建国(老)")
        assert [one.openid for one in chat.book.members("hs-01") if one.exempt] == ["oWang"]

    def test_a_name_nobody_left_or_two_did_exempts_nobody(self, chat: Chat) -> None:
        assert "没有人留过“张三”" in chat.hears("oBoss", "免提醒 张三")
        for openid in ("oBoss", "oWang"):
            chat.hears(openid, "我叫王建国")
        assert "不止一个人" in chat.hears("oBoss", "免提醒 王建国")
        assert not any(one.exempt for one in chat.book.members("hs-01"))


def test_every_line_the_bot_offers_is_understood_when_tapped(chat: Chat) -> None:
    spoken = chat.services.language.spoken
    phrases = chat.services.phrases
    for activity in edited.activities(Settings()).all:
        for key in ("say_attend", "say_leave", "say_subscribe", "say_unsubscribe"):
            said = spoken(phrases(key, activity=activity.name))
            assert said is not None, key
            assert (said.command, said.activity_id) == (key.removeprefix("say_"), activity.id)
    for key, command in {
        "say_mine": "mine",
        "say_my_branch": "my_branch",
        "say_snooze_hour": "snooze_hour",
        "say_snooze_evening": "snooze_evening",
        "say_snooze_morning": "snooze_morning",
        "confirm_no": "no",
    }.items():
        said = spoken(phrases(key))
        assert said is not None, key
        assert said.command == command


def test_links_in_replies_carry_whole_texts(chat: Chat) -> None:
    text = chat.says("oNew", f"绑定 {chat.book.code('qs-02')}").reply.text

    assert "确认：加入青山社区党支部" in unquote(text)
