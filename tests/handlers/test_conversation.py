"""Dialogues: what a member says after an answer, and what the bot makes of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from content.matching import Index, Matcher
from handlers import follow_up
from handlers.layout import visible
from handlers.messages import Answered, Choice, Memory, Outcome
from handlers.services import Services
from tests.fakes import Talk


@pytest.fixture
def talk(services: Services) -> Talk:
    return Talk(services)


def answered(talk: Talk, text: str) -> str:
    """The entry a message is answered with; empty = none."""
    notes = talk.says(text).notes
    return notes[0].entry_id if notes and isinstance(notes[0], Answered) else ""


class TestGoingOn:
    @pytest.mark.parametrize(
        ("first", "then", "holds"),
        [
            ("咸宁的支部主题党日是怎么回事", "多久一次", "每月"),
            ("鄂州的入党积极分子积分制，多少分能列为发展对象", "连着几年都不到呢", "取消"),
            ("咸宁的党代表联系日安排在哪一天", "是哪个市", "咸宁"),
            ("枣阳的干部赛区竞赛制划了多少个赛区", "比得差的干部怎么处理", "降职"),
        ],
    )
    def test_a_short_question_is_answered_from_the_case_just_told(
        self, talk: Talk, first: str, then: str, holds: str
    ) -> None:
        talk.says(first)
        turn = talk.says(then)

        assert turn.reply.outcome is Outcome.ANSWER
        assert holds in turn.reply.text

    def test_without_a_case_before_it_the_same_words_are_not_answered(self, talk: Talk) -> None:
        assert talk.says("连着几年都不到呢").reply.outcome is not Outcome.ANSWER

    def test_after_ten_minutes_it_is_forgotten(self, talk: Talk) -> None:
        talk.says("鄂州的入党积极分子积分制，多少分能列为发展对象")
        talk.now += timedelta(minutes=10, seconds=1)

        assert talk.says("连着几年都不到呢").reply.outcome is not Outcome.ANSWER

    @pytest.mark.parametrize("question", ["主题党日多久开展一次", "武汉红色引擎的八个红色是哪八个"])
    def test_a_clear_new_question_is_answered_as_if_nothing_had_been_said(self, talk: Talk, question: str) -> None:
        fresh = Talk(talk.services).says(question).reply
        talk.says("荆门的党员积分多长时间算一回")

        assert talk.says(question).reply == fresh

    @pytest.mark.parametrize("question", ["红色体检", "驻村工作队", "村干部的工资怎么定"])
    def test_a_question_that_fits_several_other_cases_lists_them_as_if_nothing_had_been_said(
        self, talk: Talk, question: str
    ) -> None:
        fresh = Talk(talk.services).says(question).reply
        talk.says("咸宁的支部主题党日是怎么回事")

        assert fresh.outcome is Outcome.CHOICES
        assert talk.says(question).reply == fresh

    def test_every_standard_question_stands_by_itself_whatever_was_said_before(self, services: Services) -> None:
        talk = Talk(services)
        for entry in services.library.all_entries:
            talk.says(services.library.featured[0].question)
            assert answered(talk, entry.question) == entry.id

    def test_a_tapped_question_needs_no_search(self, services: Services) -> None:
        finds_nothing = Matcher(Index((), services.language), services.matcher.scorer)
        talk = Talk(replace(services, matcher=finds_nothing))
        tapped = services.library.featured[0]

        assert answered(talk, tapped.question) == tapped.id
        assert answered(talk, tapped.phrasings[0]) == ""

    def test_what_was_told_of_the_case_before_a_tap_is_not_told_again_after_it(
        self, talk: Talk, services: Services
    ) -> None:
        first, second, *_ = services.library.entries_by_case["xianning-theme-party-day"]
        talk.says(first.question)
        talk.says(second.question)

        assert talk.memory.told == (first.id, second.id)

    def test_small_talk_in_between_does_not_lose_the_case(self, talk: Talk) -> None:
        talk.says("咸宁的支部主题党日是怎么回事")
        talk.says("谢谢")

        assert "每月" in talk.says("多久一次").reply.text

    def test_what_is_not_about_anything_known_stays_without_an_answer(self, talk: Talk) -> None:
        talk.says("荆门的党员积分多长时间算一回")

        assert talk.says("茅台股票现在能买吗").reply.outcome is Outcome.FALLBACK


class TestMore:
    def test_when_all_is_said_more_goes_on_with_the_next_question_of_the_case(self, talk: Talk) -> None:
        first = answered(talk, "咸宁的支部主题党日多久开展一次？")
        told = [first, *(answered(talk, "还有呢") for _ in range(4))]

        assert len(set(told)) == 5
        assert all(entry_id.startswith("xianning-theme-party-day") for entry_id in told)

    def test_when_the_whole_case_is_told_it_says_so(self, talk: Talk) -> None:
        talk.says("咸宁的支部主题党日多久开展一次？")
        for _ in talk.services.library.entries_by_case["xianning-theme-party-day"][1:]:
            assert talk.says("还有呢").reply.outcome is Outcome.ANSWER

        assert "后面没有了" in talk.says("还有呢").reply.text


class TestPickingByPlace:
    @pytest.mark.parametrize("pick", ["荆门的", "荆门那个", "我要荆门的"])
    def test_a_place_picks_the_only_line_that_names_it(self, services: Services, pick: str) -> None:
        memory = Memory(
            choices=(Choice("（鄂州）怎么打分", "鄂州"), Choice("（荆门）怎么打分", "荆门党员的积分多久算一回")),
            shown=2,
        )

        assert follow_up.picked(pick, memory, services) == "荆门党员的积分多久算一回"

    def test_not_when_two_lines_name_it_or_an_answer_came_since(self, services: Services) -> None:
        lines = (Choice("荆门怎么打分", "a"), Choice("荆门多久一次", "b"))

        assert follow_up.picked("荆门的", Memory(choices=lines), services) is None
        assert follow_up.picked("荆门的", Memory(choices=lines[:1], entry_id="x"), services) is None


class TestAnotherPlace:
    def test_its_name_alone_asks_the_last_question_of_the_like_practice_there(self, talk: Talk) -> None:
        talk.says("鄂州的入党积极分子积分制是怎么回事")
        turn = talk.says("那荆门呢")

        assert "jingmen-member-points" in turn.memory.cases
        assert "荆门" in visible(turn.reply.text)

    def test_a_question_with_its_name_is_asked_there(self, talk: Talk) -> None:
        talk.says("鄂州的入党积极分子积分制，多少分能列为发展对象")
        turn = talk.says("荆门也搞积分吧，他们多久考核一回")

        assert turn.reply.outcome is Outcome.ANSWER
        assert "季" in turn.reply.text

    def test_a_place_without_a_like_practice_lists_what_there_is_of_it(self, talk: Talk) -> None:
        talk.says("鄂州的入党积极分子积分制，多少分能列为发展对象")
        turn = talk.says("那海安呢")

        assert turn.reply.outcome is Outcome.CHOICES
        assert "海安" in turn.reply.text

    def test_a_place_nothing_is_known_of_is_said_to_be_so(self, talk: Talk) -> None:
        talk.says("鄂州的入党积极分子积分制，多少分能列为发展对象")
        turn = talk.says("那拉萨呢")

        assert turn.reply.outcome is Outcome.CHOICES
        assert "没有它在拉萨的资料" in turn.reply.text

    def test_the_name_of_a_place_alone_lists_its_cases(self, talk: Talk) -> None:
        talk.says("鄂州的入党积极分子积分制是怎么回事")

        assert "关于荆门，我有这些材料" in talk.says("荆门").reply.text

    def test_the_shared_name_means_the_practice_talked_of(self, talk: Talk) -> None:
        talk.says("济南市中区社区党建的135模式，三项机制是哪三项")
        turn = talk.says("五化呢")

        assert turn.memory.cases == ("shizhong-135",)


class TestSeveralAtOnce:
    @pytest.mark.parametrize(
        "text",
        [
            "主题党日多久一次，六事联动是哪六事",
            "主题党日多久一次？另外六事联动是哪六事？",
            "主题党日多久一次六事联动是哪六事",
        ],
    )
    def test_two_questions_are_both_answered(self, talk: Talk, text: str) -> None:
        turn = talk.says(text)

        assert turn.reply.outcome is Outcome.ANSWER
        assert "每月一" in turn.reply.text
        assert "诵读党章" in turn.reply.text

    def test_each_answer_stands_between_its_question_and_its_source(self, talk: Talk) -> None:
        text = talk.says("鄂州积分多少分能当发展对象，荆门党员积分多久考核一次").reply.text

        first, second, *_ = text.split("\n\n")
        assert first.startswith("【鄂州积极分子多少分可列入发展对象？】\n")
        assert "来源：鄂州" in first
        assert second.startswith("【荆门党员积分多久公示、多久考核？】\n")
        assert "来源：荆门" in second

    def test_both_answers_are_noted_and_the_talk_goes_on_from_the_last(self, talk: Talk) -> None:
        turn = talk.says("鄂州积分多少分能当发展对象，荆门党员积分多久考核一次")

        told = [note.entry_id for note in turn.notes if isinstance(note, Answered)]
        assert told[:2] == ["ezhou-applicant-points-threshold", "jingmen-member-points-frequency"]
        assert turn.memory.entry_id.startswith("jingmen-member-points")

    def test_one_question_in_two_clauses_stays_one(self, talk: Talk) -> None:
        turn = talk.says("鄂州的入党积极分子积分制，多少分能列为发展对象")

        assert len(turn.notes) == 1
        assert "【" not in turn.reply.text

    def test_standard_questions_are_never_cut_apart(self, services: Services) -> None:
        cut = [
            entry.question
            for entry in services.library.entries[::11]
            if "【" in Talk(services).says(entry.question).reply.text.partition("答的是")[0]
        ]
        assert cut == []


class TestNamesakes:
    def test_an_answer_says_where_else_there_is_a_practice_of_that_name_and_leads_there(self, talk: Talk) -> None:
        turn = talk.says("武汉的“红色引擎工程”是怎么回事？")

        assert "“红色引擎”不止这一处，十堰也有同名的做法" in visible(turn.reply.text)
        assert answered(talk, "哪些地方实施了“红色引擎”工程？") == "family-red-engine"

    def test_an_answer_that_does_not_speak_of_the_name_says_nothing_of_it(self, talk: Talk) -> None:
        assert "同名的做法" not in talk.says("咸宁的支部主题党日多久开展一次？").reply.text


class TestComparing:
    @pytest.mark.parametrize(
        ("text", "sources"),
        [
            ("鄂州和荆门的积分制有什么不同", ["鄂州《入党积极分子积分制考评》", "荆门《党员积分制管理》"]),
            ("武汉和十堰的红色引擎有啥区别", ["武汉《红色引擎工程》", "十堰《"]),
            ("三安行动和风筝磁铁工作法有什么区别", ["襄阳《三安行动》", "海安《风筝磁铁工作法》"]),
        ],
    )
    def test_both_practices_are_told_with_their_sources(self, talk: Talk, text: str, sources: list[str]) -> None:
        turn = talk.says(text)

        assert turn.reply.outcome is Outcome.ANSWER
        assert all(source in turn.reply.text for source in sources)

    def test_what_was_talked_of_is_compared_with_another_place(self, talk: Talk) -> None:
        talk.says("鄂州的入党积极分子积分制是怎么回事")
        text = talk.says("跟荆门的有什么不同").reply.text

        assert text.index("来源：鄂州") < text.index("来源：荆门")

    def test_a_place_nothing_is_known_of_is_not_compared(self, talk: Talk) -> None:
        assert talk.says("武汉和拉萨的积分制有什么不同").reply.outcome is not Outcome.ANSWER
