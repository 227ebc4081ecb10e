"""Dialogues: what a member says after an answer, and what the bot makes of it."""

from datetime import timedelta

import pytest

from handlers.layout import visible
from handlers.messages import Answered, Outcome
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

    def test_every_standard_question_stands_by_itself_whatever_was_said_before(self, services: Services) -> None:
        talk = Talk(services)
        for entry in services.library.entries[::29]:
            talk.says("荆门的党员积分多长时间算一回")
            assert answered(talk, entry.question) == entry.id

    def test_small_talk_in_between_does_not_lose_the_case(self, talk: Talk) -> None:
        talk.says("咸宁的支部主题党日是怎么回事")
        talk.says("谢谢")

        assert "每月" in talk.says("多久一次").reply.text

    def test_what_is_not_about_anything_known_stays_without_an_answer(self, talk: Talk) -> None:
        talk.says("荆门的党员积分多长时间算一回")

        assert talk.says("茅台股票现在能买吗").reply.outcome is Outcome.FALLBACK


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
