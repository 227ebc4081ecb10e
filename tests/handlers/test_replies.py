"""What the bot says to what members send: message and memory in, turn out."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import answer, ask
from handlers.dispatch import ROUTES
from handlers.layout import visible
from handlers.messages import Answered, Choice, Incoming, Kind, Left, Memory, Missed, Outcome, Rated, Reported, Turn
from handlers.services import Services
from tests.fakes import NOW, Talk


@pytest.fixture
def talk(services: Services) -> Talk:
    return Talk(services)


def taps(turn: Turn) -> list[str]:
    """What each tappable line of a reply says when tapped."""
    pieces = turn.reply.text.split("msgmenucontent=")[1:]
    return [unquote(piece.split("&")[0]) for piece in pieces]


class TestAnswers:
    def test_an_answer_names_its_source_and_date_and_offers_related_questions_and_feedback(self, talk: Talk) -> None:
        turn = talk.says("咸宁的主题党日多久开展一次")

        lines = visible(turn.reply.text).split("\n")
        assert turn.reply.outcome is Outcome.ANSWER
        assert lines[0].startswith("每月一次")
        assert "来源：咸宁《支部主题党日》，截至2018年" in lines
        assert len([line for line in lines if line[:2] in ("1.", "2.", "3.")]) == 3
        assert taps(turn)[-2:] == ["有用", "没用"]
        assert turn.notes == (Answered("xianning-theme-party-day-how-often"),)

    def test_every_related_question_leads_to_an_answer(self, talk: Talk) -> None:
        for says in taps(talk.says("主题党日多久开展一次"))[:-2]:
            assert talk.says(says).reply.outcome is Outcome.ANSWER

    def test_what_other_cases_have_stands_first_and_of_its_own_case_one_question(self, services: Services) -> None:
        entries = services.library.entries
        entry = min(entries, key=lambda one: len(one.answer))
        others = [other for other in entries if other.overview and other.case.id != entry.case.id]
        others = sorted(others, key=lambda one: len(one.question))[:4]
        turn = answer.tell(entry, services, elsewhere=[Choice(other.question, other.question) for other in others])

        *far, near = [services.library.entry_asked(choice.says) for choice in turn.memory.choices]
        assert far == others[:3]
        assert near
        assert near.case == entry.case
        assert taps(turn)[:-2] == [choice.says for choice in turn.memory.choices]

    def test_without_a_public_address_there_is_no_link_and_with_one_there_is(self, services: Services) -> None:
        with_url = replace(services, public_url="https://zhibu.example.org")

        assert "http" not in Talk(services).says("主题党日多久开展一次").reply.text
        expected = "https://zhibu.example.org/a/xianning-theme-party-day-how-often"
        assert expected in Talk(with_url).says("主题党日多久开展一次").reply.text

    def test_a_long_answer_is_cut_at_a_sentence_and_goes_on_with_more(self, talk: Talk) -> None:
        entry = talk.services.library.entries[0]
        long_entry = replace(entry, answer="这是一句不长不短的话，讲的是同一件事。" * 40)
        turn = answer.tell(long_entry, talk.services)
        talk.memory = turn.memory.stamped(NOW)
        parts = [turn.reply.text.split("（没说完")[0]]

        while "回复“更多”" in turn.reply.text:
            turn = talk.says("更多")
            parts.append(turn.reply.text.split("（没说完")[0])

        assert len(parts) > 1
        assert all(part.endswith("。") for part in parts)
        assert "".join(parts) == long_entry.answer

    def test_a_document_without_a_year_is_said_to_state_none(self, services: Services) -> None:
        entry = services.library.entries[0]
        undated = replace(entry, case=replace(entry.case, as_of=""))
        monthly = replace(entry, case=replace(entry.case, as_of="2018-10"))

        assert answer.source_line(undated, services.phrases).endswith("材料没有注明截止年份")
        assert answer.source_line(monthly, services.phrases).endswith("截至2018年10月")


class TestTooLong:
    def test_a_pasted_document_is_not_searched_but_a_question_is_asked_for(self, talk: Talk) -> None:
        turn = talk.says("主题党日多久开展一次，" * 40)

        assert turn.reply.outcome is Outcome.FALLBACK
        assert "一句话" in turn.reply.text
        assert turn.notes == ()


class TestChoices:
    def test_when_unsure_up_to_three_questions_are_offered_to_tap_and_by_number(self, talk: Talk, unsure: str) -> None:
        turn = talk.says(unsure)

        assert turn.reply.outcome is Outcome.CHOICES
        assert 2 <= len(taps(turn)) == len(set(taps(turn))) <= 3

    @pytest.mark.parametrize("pick", ["2", "２", "第二个", "二", "选2", "那第二个呢"])
    def test_picking_by_number_is_the_same_as_tapping(self, services: Services, pick: str, unsure: str) -> None:
        by_number, by_tap = Talk(services), Talk(services)
        offered = taps(by_number.says(unsure))

        assert by_number.says(pick).reply == by_tap.says(offered[1]).reply
        assert by_number.says(pick).reply.outcome is Outcome.ANSWER

    def test_only_the_last_list_counts(self, talk: Talk, unsure: str) -> None:
        talk.says(unsure)
        second = taps(talk.says("主题党日多久开展一次"))

        assert talk.says("1").reply == Talk(talk.services).says(second[0]).reply

    def test_after_ten_minutes_a_number_is_explained_and_not_guessed(self, talk: Talk, unsure: str) -> None:
        talk.says(unsure)
        talk.now += timedelta(minutes=10, seconds=1)

        turn = talk.says("1")
        assert turn.reply.outcome is Outcome.COMMAND
        assert "过期" in turn.reply.text

    def test_within_ten_minutes_it_still_counts(self, talk: Talk, unsure: str) -> None:
        talk.says(unsure)
        talk.now += timedelta(minutes=9, seconds=59)

        assert talk.says("1").reply.outcome is Outcome.ANSWER

    def test_a_number_beyond_the_list_is_explained(self, talk: Talk, unsure: str) -> None:
        talk.says(unsure)

        assert "请回复 1 到 3" in talk.says("9").reply.text

    def test_small_talk_in_between_does_not_lose_the_list(self, talk: Talk, unsure: str) -> None:
        talk.says(unsure)
        talk.says("谢谢")

        assert talk.says("1").reply.outcome is Outcome.ANSWER

    def test_a_place_alone_lists_its_cases(self, talk: Talk) -> None:
        turn = talk.says("咸宁")

        assert turn.reply.outcome is Outcome.CHOICES
        assert "支部主题党日" in turn.reply.text
        assert talk.says("1").reply.outcome is Outcome.COMMAND
        assert talk.says("1").reply.outcome is Outcome.ANSWER


class TestNoAnswer:
    def test_it_says_so_offers_a_way_on_and_notes_the_question(self, talk: Talk) -> None:
        turn = talk.says("茅台股票现在能买吗")

        assert turn.reply.outcome is Outcome.FALLBACK
        assert "没有找到" in turn.reply.text
        assert taps(turn) == ["热门问题", "目录"]
        (missed,) = turn.notes
        assert isinstance(missed, Missed)
        assert missed.question == "茅台股票现在能买吗"

    def test_the_theme_it_names_is_offered(self, talk: Talk) -> None:
        turn = ask.no_answer("发展党员要不要体检", (), Memory(), talk.services)

        assert taps(turn)[1:] == ["热门问题", "目录"]
        assert talk.says(taps(turn)[0]).reply.outcome is Outcome.ANSWER

    def test_both_ways_on_work(self, talk: Talk) -> None:
        for says in taps(talk.says("茅台股票现在能买吗")):
            assert talk.says(says).reply.outcome is Outcome.COMMAND

    def test_a_second_miss_in_a_row_points_to_the_branch(self, talk: Talk) -> None:
        talk.says("茅台股票现在能买吗")

        assert "支部的书记" in talk.says("地球离月亮有多远").reply.text

    def test_an_answer_in_between_starts_the_count_again(self, talk: Talk) -> None:
        talk.says("茅台股票现在能买吗")
        talk.says("主题党日多久开展一次")

        assert "没有找到" in talk.says("茅台股票现在能买吗").reply.text

    @pytest.mark.parametrize("text", ["。。。。。。", "的", "?", " ", "12345", "13700001111"])
    def test_a_message_that_says_nothing_is_asked_about_and_not_noted(self, talk: Talk, text: str) -> None:
        turn = talk.says(text)

        assert turn.reply.outcome is Outcome.FALLBACK
        assert turn.notes == ()


class TestSmallTalk:
    @pytest.mark.parametrize(
        "text", ["你好", "谢谢啦", "你是机器人吗", "😀", "[微笑]", "真笨", "唉,今天心情不好", "再见"]
    )
    def test_it_gets_a_short_reply_and_never_the_corpus(self, talk: Talk, text: str) -> None:
        turn = talk.says(text)

        assert turn.reply.outcome is Outcome.SMALLTALK
        assert turn.notes == ()

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("转人工", "支部书记"),
            ("字太小看不清", "字体大小"),
            ("我不会打字", "键盘上的话筒"),
            ("听不懂", "换个说法"),
            ("帮我老伴请假", "直接告诉书记"),
        ],
    )
    def test_who_is_stuck_is_shown_a_way(self, talk: Talk, text: str, says: str) -> None:
        turn = talk.says(text)

        assert turn.reply.outcome is Outcome.SMALLTALK
        assert says in turn.reply.text
        assert turn.notes == ()

    def test_swearing_inside_a_question_without_an_answer_is_met_calmly(self, talk: Talk) -> None:
        assert talk.says("你他妈倒是说话啊").reply.outcome is Outcome.SMALLTALK


class TestCommands:
    def test_help_says_what_can_be_done(self, talk: Talk) -> None:
        turn = talk.says("帮助")

        assert turn.reply.outcome is Outcome.COMMAND
        assert "目录" in turn.reply.text

    def test_the_catalogue_goes_from_place_to_case_to_question_to_answer(self, talk: Talk) -> None:
        assert talk.says("目录").reply.outcome is Outcome.COMMAND
        cases = talk.says("目录 咸宁")
        assert "支部主题党日" in cases.reply.text
        questions = talk.says(taps(cases)[0])
        assert questions.reply.outcome is Outcome.COMMAND
        assert talk.says(taps(questions)[0]).reply.outcome is Outcome.ANSWER

    def test_every_place_and_every_case_can_be_reached_page_by_page_and_number_by_number(self, talk: Talk) -> None:
        places = self._all_pages(talk, "目录")
        assert len(places) == len(talk.services.library.cases_by_city)
        assert taps(talk.says(str(len(places))))
        assert [place.removeprefix("目录 ") for place in places][:4] == ["当阳", "东营区", "鄂州", "谷城"]
        assert places.index("目录 武汉汉阳区") == places.index("目录 武汉") + 1, (
            "as they are read, not as files are named"
        )

        cases = {case for place in places for case in self._all_pages(Talk(talk.services), place)}
        assert len(cases) == len(talk.services.library.cases)

        questions = {question for case in cases for question in self._all_pages(Talk(talk.services), case)}
        assert questions == {entry.question for entry in talk.services.library.entries}

    @staticmethod
    def _all_pages(talk: Talk, says: str) -> list[str]:
        turn = talk.says(says)
        shown = taps(turn)
        while "更多" in turn.reply.text:
            turn = talk.says("更多")
            shown += taps(turn)
        return shown

    def test_a_catalogue_of_nowhere_is_said_to_be_empty(self, talk: Talk) -> None:
        assert "没有“火星”" in talk.says("目录 火星").reply.text

    def test_popular_shows_what_members_ask_most_and_fills_up_with_the_editors_selection(
        self, services: Services
    ) -> None:
        asked = replace(services, popular=lambda: ("linshu-four-norms-overview", "no-such-entry"))

        choices = taps(Talk(asked).says("热门"))

        entry = services.library.entry("linshu-four-norms-overview")
        assert entry is not None
        assert choices[0] == entry.question
        assert len(choices) == 5

    def test_privacy_is_explained(self, talk: Talk) -> None:
        text = talk.says("隐私").reply.text

        assert "取消关注" in text
        assert all(kept in text for kept in ("微信编号", "名字", "身份", "评价", "两天", "退订", "提醒发到没有"))

    def test_joining_a_branch_asks_for_consent_to_all_that_is_kept_of_the_member(self, talk: Talk) -> None:
        terms = talk.services.phrases("bind_terms")

        assert all(kept in terms for kept in ("微信编号", "名字", "时间和方式", "回复", "提醒发到没有"))
        assert "只记" not in terms


class TestFeedback:
    def test_useful_is_noted_for_the_last_answer(self, talk: Talk) -> None:
        talk.says("主题党日多久开展一次")

        assert talk.says("有用").notes == (Rated("xianning-theme-party-day-how-often", useful=True),)

    def test_useless_asks_why_and_the_reason_is_noted(self, talk: Talk) -> None:
        talk.says("主题党日多久开展一次")
        asked = talk.says("没用")

        assert asked.notes == (Rated("xianning-theme-party-day-how-often", useful=False),)
        assert taps(asked) == ["答非所问", "看不懂", "过时了"]
        assert talk.says("3").notes == (Rated("xianning-theme-party-day-how-often", useful=False, reason="outdated"),)

    def test_without_an_answer_before_it_nothing_is_noted(self, talk: Talk) -> None:
        turn = talk.says("没用")

        assert turn.notes == ()
        assert turn.reply.outcome is Outcome.COMMAND


class TestOtherKinds:
    @pytest.mark.parametrize("kind", [Kind.VOICE, Kind.IMAGE, Kind.VIDEO, Kind.LOCATION, Kind.LINK])
    def test_what_is_not_text_gets_a_kind_word_and_questions_to_tap(self, talk: Talk, kind: Kind) -> None:
        turn = talk.sends(Incoming(kind, "k", "o1", "bot"))

        assert turn.reply.outcome is Outcome.FALLBACK
        assert len(taps(turn)) == 3
        assert talk.says("1").reply.outcome is Outcome.ANSWER

    def test_voice_that_was_recognised_is_a_question(self, talk: Talk) -> None:
        turn = talk.sends(Incoming(Kind.VOICE, "k", "o1", "bot", text="主题党日多久开展一次。"))

        assert turn.reply.outcome is Outcome.ANSWER

    def test_voice_that_was_not_explains_how_to_dictate(self, talk: Talk) -> None:
        assert "话筒" in talk.sends(Incoming(Kind.VOICE, "k", "o1", "bot")).reply.text

    def test_subscribing_is_welcomed_with_questions_to_tap_and_a_word_on_privacy(self, talk: Talk) -> None:
        turn = talk.sends(Incoming(Kind.SUBSCRIBE, "k", "o1", "bot", event_key="scene"))

        assert turn.reply.outcome is Outcome.EVENT
        assert 4 <= len(taps(turn)) <= 5
        assert "隐私" in turn.reply.text
        assert "支部小助手" in turn.reply.text

    def test_every_question_of_the_welcome_has_an_answer(self, talk: Talk) -> None:
        for says in taps(talk.sends(Incoming(Kind.SUBSCRIBE, "k", "o1", "bot"))):
            assert talk.says(says).reply.outcome is Outcome.ANSWER

    def test_unsubscribing_leaves_nothing_but_a_note_to_wipe(self, talk: Talk) -> None:
        turn = talk.sends(Incoming(Kind.UNSUBSCRIBE, "k", "o1", "bot"))

        assert (turn.reply.text, turn.notes) == ("", (Left(),))

    @pytest.mark.parametrize("key", ["help", "catalogue", "popular"])
    def test_a_menu_button_runs_its_command_as_an_event(self, talk: Talk, key: str) -> None:
        turn = talk.sends(Incoming(Kind.CLICK, "k", "o1", "bot", event_key=key))

        assert turn.reply.outcome is Outcome.EVENT
        assert turn.reply.text

    def test_a_menu_button_may_also_hold_a_question(self, talk: Talk) -> None:
        turn = talk.sends(Incoming(Kind.CLICK, "k", "o1", "bot", event_key="主题党日多久开展一次"))

        assert turn.reply.text.startswith("每月一次")

    def test_receipts_are_handed_on_and_met_with_silence(self, talk: Talk) -> None:
        fields = (("MsgID", "1"), ("Status", "success"))
        turn = talk.sends(Incoming(Kind.TEMPLATE_RECEIPT, "k", "o1", "bot", fields=fields))

        assert turn.reply.text == ""
        assert turn.notes == (Reported(Kind.TEMPLATE_RECEIPT, fields),)

    def test_every_kind_of_message_has_a_route(self) -> None:
        assert set(ROUTES) == set(Kind)


@settings(max_examples=300, deadline=None)
@given(
    texts=st.lists(
        st.text(max_size=40) | st.sampled_from(["1", "2", "更多", "目录", "热门", "没用", "积分", "咸宁", "红色引擎"]),
        max_size=6,
    ),
    kind=st.sampled_from(list(Kind)),
)
def test_whatever_is_sent_there_is_a_reply_within_the_limits(services: Services, texts: list[str], kind: Kind) -> None:
    talk = Talk(services)
    for text in texts:
        assert talk.says(text).reply.text
    talk.sends(Incoming(kind, "k", "o1", "bot", text=texts[0] if texts else "", event_key="x"))
