"""What must hold for the corpus that is shipped."""

import re
from collections import Counter

from content.matching import Answer, decide
from content.text import fold
from handlers import answer
from handlers.layout import MAX_BYTES, size
from handlers.services import Services

FIRST_CASES = (
    "xianning-theme-party-day",
    "xianning-liaison-day",
    "ezhou-applicant-points",
    "jingmen-member-points",
    "wuhan-red-engine",
    "shiyan-red-engine",
    "xiangyang-three-settlings",
    "yidu-magnet-branch",
    "gucheng-one-report-two-reviews",
    "yuanan-first-secretary",
    "haian-kite-magnet",
    "linshu-four-norms",
)


def test_the_first_twelve_cases_have_at_least_eight_entries_each(services: Services) -> None:
    counts = Counter(entry.case.id for entry in services.library.entries)

    assert {case: counts[case] for case in FIRST_CASES if counts[case] < 8} == {}


def test_every_entry_has_phrasings_and_an_answer_of_readable_length(services: Services) -> None:
    for entry in services.library.entries:
        assert 3 <= len(entry.phrasings) <= 12, entry.id
        assert 40 <= len(entry.answer) <= 240, entry.id


def test_every_overview_of_a_family_has_an_answer_of_readable_length(services: Services) -> None:
    for family in services.library.families:
        if family.overview:
            assert 60 <= len(family.overview.answer) <= 240, family.id


def test_what_a_document_leaves_open_is_not_the_refrain_of_every_answer(services: Services) -> None:
    answers = [entry.answer for entry in services.library.entries]

    padded = [answer for answer in answers if re.search("材料[^。]*没有[^。]*。$", answer)]

    assert len(padded) < len(answers) * 0.3


def test_every_reply_fits_into_one_wechat_message_with_room_for_the_address_of_its_page(services: Services) -> None:
    long_url = "https://a-rather-long-name.party-building.example.gov.cn/a/" + "x" * 60

    for entry in services.library.entries:
        assert size(answer.tell(entry, services).reply.text) <= MAX_BYTES, entry.id
        assert size(entry.answer + long_url) < MAX_BYTES


def test_every_wording_of_every_entry_finds_its_own_entry(services: Services) -> None:
    for entry in services.library.entries:
        for wording in entry.wordings:
            verdict = decide(services.matcher.search(wording, limit=2), services.matcher.cutoffs)
            assert isinstance(verdict, Answer), wording
            assert verdict.match.entry.id == entry.id, wording


def test_no_wording_is_taken_for_a_command_small_talk_or_a_number(services: Services) -> None:
    for entry in services.library.entries:
        for wording in entry.wordings:
            assert services.language.command(wording) is None
            assert services.language.position(wording) is None
            assert services.small_talk.whole(wording) is None
            assert services.small_talk.at_once(wording) is None


def test_answers_are_plain_text_without_markup(services: Services) -> None:
    for entry in services.library.entries:
        assert not set("<>{}|") & set(entry.answer), entry.id
        assert fold(entry.answer), entry.id
