"""Answer pages, health, figures, headers."""

import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from bot import day_data
from bot.announcements import Announcements
from bot.sandbox.envelope import fields
from bot.store import Store
from content.calendar.announcement import Announcement
from handlers.services import Services
from tests.conftest import AppFactory
from tests.fakes import SHANGHAI, Clock, Member


@pytest.fixture
def client(make_app: AppFactory) -> FlaskClient:
    return make_app().test_client()


PAGE = "/a/xianning-theme-party-day-how-often"


class TestAnswerPage:
    def test_it_shows_question_answer_source_and_related_questions(self, client: FlaskClient) -> None:
        text = client.get(PAGE).get_data(as_text=True)

        assert "<h1>咸宁的支部主题党日多久开展一次？</h1>" in text
        assert "每月一次" in text
        assert "来源：咸宁《支部主题党日》，截至2018年" in text
        assert len(re.findall(r'<li><a href="/a/', text)) == 3

    def test_every_entry_has_a_page_under_fifty_kilobytes_with_its_style_sheet(
        self, client: FlaskClient, services: Services
    ) -> None:
        with client.get("/static/answer.css") as response:
            style = len(response.data)
        for entry in services.library.entries[::10]:
            response = client.get(f"/a/{entry.id}")
            assert response.status_code == 200
            assert len(response.data) + style < 50_000

    def test_letters_grow_by_a_link_and_the_size_is_kept_on_the_way_to_related_questions(
        self, client: FlaskClient
    ) -> None:
        assert 'href="?size=large"' in client.get(PAGE).get_data(as_text=True)
        larger = client.get(f"{PAGE}?size=large").get_data(as_text=True)
        assert '<html lang="zh-CN" class="large">' in larger
        assert 'href="?size=huge"' in larger
        assert 'href="?size=normal"' in larger
        assert re.search(r'href="/a/[a-z0-9-]+\?size=large"', larger)

    def test_a_strange_size_is_the_normal_one(self, client: FlaskClient) -> None:
        assert 'class="normal"' in client.get(f"{PAGE}?size=<script>").get_data(as_text=True)

    def test_it_needs_no_script_and_asks_nothing_of_other_hosts(self, client: FlaskClient) -> None:
        text = client.get(PAGE).get_data(as_text=True)

        assert "<script" not in text
        assert not re.findall(r'(?:href|src)="(?:https?:)?//', text)

    def test_an_unknown_entry_is_a_kind_page_with_status_404(self, client: FlaskClient) -> None:
        response = client.get("/a/no-such-entry")

        assert response.status_code == 404
        assert "没有找到这一条" in response.get_data(as_text=True)


class TestHeaders:
    @pytest.mark.parametrize("path", [PAGE, "/healthz", "/nowhere", "/static/answer.css"])
    def test_every_page_forbids_foreign_content_and_framing(self, client: FlaskClient, path: str) -> None:
        with client.get(path) as response:
            headers = response.headers

        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Robots-Tag"] == "noindex"


class TestHealth:
    def test_a_live_process_says_ok(self, client: FlaskClient) -> None:
        assert client.get("/healthz").status_code == 200

    def test_it_is_ready_when_the_store_answers(self, client: FlaskClient) -> None:
        assert client.get("/readyz").status_code == 200

    def test_it_is_not_ready_without_a_store_and_says_why(self, make_app: AppFactory, no_store: Store) -> None:
        client = make_app(store=no_store).test_client()

        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.get_data(as_text=True).startswith("store: ")
        assert client.get("/healthz").status_code == 200

    def test_the_public_is_not_told_why_it_is_not_ready(self, make_app: AppFactory, no_store: Store) -> None:
        response = make_app(store=no_store).test_client().get("/readyz", headers={"Host": "zhibu.example.org"})

        assert (response.status_code, response.get_data(as_text=True)) == (503, "not ready\n")


class TestMetrics:
    def test_messages_are_counted_by_kind_and_outcome_and_never_by_member(
        self, make_app: AppFactory, clock: Clock
    ) -> None:
        client = make_app().test_client()
        member = Member(client, clock)
        member.says("主题党日多久开展一次")
        member.says("谢谢")

        page = client.get("/metrics").get_data(as_text=True)
        assert 'zhibu_messages_total{kind="text",outcome="answer"} 1.0' in page
        assert 'zhibu_messages_total{kind="text",outcome="smalltalk"} 1.0' in page
        assert member.openid not in page
        assert "主题党日" not in page

    def test_they_say_up_to_when_days_off_are_known(self, make_app: AppFactory, store: Store) -> None:
        last_year = max(day_data.LAST_YEAR, 2030)
        for year in range(2026, last_year + 1):
            Announcements(store).enter(Announcement(year, frozenset(), frozenset()))

        page = make_app().test_client().get("/metrics").get_data(as_text=True)

        (figure,) = re.findall(r"^zhibu_days_known_until_timestamp_seconds (.*)$", page, re.MULTILINE)
        assert datetime.fromtimestamp(float(figure), SHANGHAI) == datetime(last_year, 12, 28, tzinfo=SHANGHAI)

    def test_they_are_shown_even_without_the_store(self, make_app: AppFactory, no_store: Store) -> None:
        assert make_app(store=no_store).test_client().get("/metrics").status_code == 200

    @pytest.mark.parametrize("header", [{"X-Forwarded-For": "203.0.113.7"}, {"Host": "zhibu.example.org"}], ids=str)
    def test_they_are_for_neighbours_only(self, client: FlaskClient, header: dict[str, str]) -> None:
        assert client.get("/metrics", headers=header).status_code == 404


class TestDemo:
    def test_the_chat_page_is_there_in_demo_mode_only(self, make_app: AppFactory) -> None:
        assert make_app(demo=True).test_client().get("/").status_code == 200
        assert make_app().test_client().get("/").status_code == 404
        assert make_app().test_client().post("/sandbox/send", json={}).status_code == 404

    @pytest.mark.parametrize("mode", ["plain", "aes"])
    def test_what_is_typed_goes_through_the_real_route_in_either_mode(self, make_app: AppFactory, mode: str) -> None:
        client = make_app(demo=True).test_client()

        seen = client.post("/sandbox/send", json={"content": "主题党日多久开展一次", "mode": mode}).get_json()

        assert seen["outcome"] == "answer"
        assert ("<Encrypt>" in seen["received"]) == (mode == "aes")
        assert seen["reply"].startswith("每月一次")
        assert seen["search"]["matches"][0]["id"] == "xianning-theme-party-day-how-often"
        assert "<Content>" in seen["received_plain"]

    def test_what_is_shown_of_a_message_that_goes_on_is_how_it_was_understood(self, make_app: AppFactory) -> None:
        client = make_app(demo=True).test_client()
        client.post("/sandbox/send", json={"content": "咸宁的支部主题党日是怎么回事"})

        seen = client.post("/sandbox/send", json={"content": "多久一次"}).get_json()

        assert (seen["outcome"], seen["search"]["verdict"]) == ("answer", "answer")
        assert seen["search"]["goes_on_about"] == ["xianning-theme-party-day"]

    def test_what_is_shown_of_a_number_is_the_question_it_picks(self, make_app: AppFactory) -> None:
        client = make_app(demo=True).test_client()
        client.post("/sandbox/send", json={"content": "咸宁的支部主题党日多久开展一次？"})

        seen = client.post("/sandbox/send", json={"content": "1"}).get_json()

        assert seen["search"]["matches"][0]["wording"] in seen["reply"]

    def test_without_a_store_the_page_still_shows_what_happened(self, make_app: AppFactory, no_store: Store) -> None:
        client = make_app(demo=True, store=no_store).test_client()

        seen = client.post("/sandbox/send", json={"content": "主题党日多久开展一次"}).get_json()

        assert seen["search"]["matches"][0]["id"] == "xianning-theme-party-day-how-often"

    def test_a_repeated_delivery_is_shown_to_be_answered_alike(self, make_app: AppFactory) -> None:
        client = make_app(demo=True).test_client()

        seen = client.post("/sandbox/send", json={"content": "主题党日多久开展一次", "repeat": True}).get_json()

        assert (seen["deliveries"], seen["same"]) == (3, True)

    @pytest.mark.parametrize("member", ["Secretary0001", "", "/../oSecretary0001"])
    def test_nobody_can_speak_as_a_member_of_a_real_account(self, make_app: AppFactory, member: str) -> None:
        seen = make_app(demo=True).test_client().post("/sandbox/send", json={"member": member, "content": "名单"})

        openid = fields(seen.get_json()["sent_plain"])["FromUserName"]
        assert not re.fullmatch(r"[A-Za-z0-9_-]+", openid), "those of real accounts are made of these"

    @pytest.mark.parametrize("body", [b"", b"[]", b"not json"])
    def test_a_request_that_is_no_message_is_refused(self, make_app: AppFactory, body: bytes) -> None:
        client = make_app(demo=True).test_client()

        assert client.post("/sandbox/send", data=body, content_type="application/json").status_code == 400
