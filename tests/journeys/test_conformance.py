"""What WeChat may do to the webhook, and what must come of it: through HTTP, with the store, on the shipped corpus."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any
from xml.etree import ElementTree

import pytest

from bot import web, web_app
from bot.desk import Desk
from bot.forgetting import forget
from bot.inbox import Inbox
from bot.metrics import Metrics
from bot.pseudonyms import Pseudonyms
from bot.sandbox.envelope import Platform, message
from bot.store import Store
from bot.wechat import MAX_BODY, Account, Gateway
from content.matching import Search
from handlers.services import Services
from tests.conftest import AppFactory
from tests.fakes import ACCOUNT, PLAIN_ACCOUNT, Clock, Member, platform

QUESTION = "主题党日多久开展一次"


class TestVerification:
    def test_a_rightly_signed_get_is_answered_with_its_echostr_as_plain_text(self, member: Member) -> None:
        query = platform().plain("", int(member.clock.now.timestamp())).query | {"echostr": "12345"}

        response = member.client.get("/wechat", query_string=query)

        assert (response.status_code, response.get_data(as_text=True)) == (200, "12345")
        assert response.mimetype == "text/plain"

    @pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce"])
    def test_an_unsigned_get_never_gets_its_echostr_back(self, member: Member, missing: str) -> None:
        query = platform().plain("", int(member.clock.now.timestamp())).query | {"echostr": "<script>1</script>"}
        del query[missing]

        response = member.client.get("/wechat", query_string=query)

        assert response.status_code == 403
        assert "script" not in response.get_data(as_text=True)

    def test_a_get_with_an_old_timestamp_is_refused(self, member: Member) -> None:
        query = platform().plain("", int(member.clock.now.timestamp())).query | {"echostr": "12345"}
        member.clock.pass_(minutes=6)

        assert member.client.get("/wechat", query_string=query).status_code == 403

    def test_an_empty_token_is_refused_at_the_start(self) -> None:
        with pytest.raises(ValueError, match="empty token"):
            Gateway(Account(""))


class TestModes:
    def test_safe_mode_answers_encrypted_and_signed(self, member: Member) -> None:
        answer = member.says(QUESTION)

        assert "<Encrypt>" in answer.body
        assert answer.mimetype == "text/xml"
        assert (answer.status, answer.outcome) == (200, "answer")
        assert answer.text.startswith("每月一次")

    def test_plain_mode_answers_plain(self, make_app: AppFactory, clock: Clock) -> None:
        member = Member(make_app(PLAIN_ACCOUNT).test_client(), clock, PLAIN_ACCOUNT)

        answer = member.says(QUESTION)

        assert "<Encrypt>" not in answer.body
        assert answer.outcome == "answer"

    def test_the_reply_goes_from_the_account_to_the_member(self, make_app: AppFactory, clock: Clock) -> None:
        member = Member(make_app(PLAIN_ACCOUNT).test_client(), clock, PLAIN_ACCOUNT)

        reply = ElementTree.fromstring(member.says(QUESTION).body)

        assert reply.findtext("ToUserName") == member.openid
        assert reply.findtext("FromUserName") == "gh_sandbox"
        assert reply.findtext("MsgType") == "text"
        assert reply.findtext("CreateTime") == str(int(clock.now.timestamp()))

    def test_with_an_aes_key_plaintext_is_refused_even_when_rightly_signed(self, member: Member) -> None:
        xml = message("text", member.openid, int(member.clock.now.timestamp()), {"Content": QUESTION, "MsgId": 1})

        answer = member.posts(platform().plain(xml, int(member.clock.now.timestamp())))

        assert (answer.status, answer.outcome) == (403, "ignored")

    def test_a_ciphertext_without_encrypt_type_is_refused(self, member: Member) -> None:
        request = member.seals(
            message("text", member.openid, int(member.clock.now.timestamp()), {"Content": "a", "MsgId": 1})
        )
        query = {key: value for key, value in request.query.items() if key != "encrypt_type"}

        assert member.posts(replace(request, query=query)).status == 403

    def test_the_previous_key_is_accepted_and_answered_with(self, make_app: AppFactory, clock: Clock) -> None:
        rotated = replace(ACCOUNT, aes_keys=("Z" * 42 + "A", *ACCOUNT.aes_keys))
        member = Member(make_app(rotated).test_client(), clock, ACCOUNT)  # WeChat still has the old key

        assert member.says(QUESTION).text.startswith("每月一次")

    def test_a_key_that_is_neither_is_told_success_and_nothing_else(self, make_app: AppFactory, clock: Clock) -> None:
        member = Member(make_app().test_client(), clock)
        foreign = Platform(ACCOUNT.token, ACCOUNT.app_id, "Z" * 42 + "A")
        xml = message("text", member.openid, int(clock.now.timestamp()), {"Content": "a", "MsgId": 1})

        answer = member.posts(foreign.safe(xml, int(clock.now.timestamp())))

        assert answer.outcome == "ignored"
        assert answer.body in ("success", "refused")

    def test_another_accounts_message_is_refused(self, member: Member, clock: Clock) -> None:
        foreign = Platform(ACCOUNT.token, "wxffffffffffffffff", ACCOUNT.aes_keys[0])
        xml = message("text", member.openid, int(clock.now.timestamp()), {"Content": "a", "MsgId": 1})

        assert member.posts(foreign.safe(xml, int(clock.now.timestamp()))).status == 403

    def test_compatible_mode_reads_the_encrypted_part(self, member: Member, clock: Clock) -> None:
        seconds = int(clock.now.timestamp())
        request = member.seals(message("text", member.openid, seconds, {"Content": QUESTION, "MsgId": 5}))
        beside = message("text", member.openid, seconds, {"Content": "forged", "MsgId": 5})
        both = request.body.replace("<xml>", beside.removesuffix("</xml>"), 1)

        assert member.posts(replace(request, body=both)).text.startswith("每月一次")


class TestSignatures:
    def test_a_wrong_msg_signature_is_refused(self, member: Member, clock: Clock) -> None:
        request = member.seals(message("text", member.openid, int(clock.now.timestamp()), {"Content": "a", "MsgId": 1}))
        request.query["msg_signature"] = "0" * 40

        assert member.posts(request).status == 403

    @pytest.mark.parametrize("minutes", [6, -6])
    def test_a_timestamp_more_than_five_minutes_off_is_refused(self, member: Member, minutes: int) -> None:
        request = member.seals(
            message("text", member.openid, int(member.clock.now.timestamp()), {"Content": "a", "MsgId": 1})
        )
        member.clock.pass_(minutes=minutes)

        assert member.posts(request).status == 403

    def test_a_timestamp_almost_five_minutes_off_is_taken(self, member: Member) -> None:
        xml = message("text", member.openid, int(member.clock.now.timestamp()), {"Content": QUESTION, "MsgId": 1})
        request = member.seals(xml)
        member.clock.pass_(seconds=299)

        assert member.posts(request).outcome == "answer"

    def test_a_plain_signature_used_again_for_another_body_is_refused(self, make_app: AppFactory, clock: Clock) -> None:
        """In plain mode the signature does not cover the body: a captured URL must not open the door for anything."""
        member = Member(make_app(PLAIN_ACCOUNT).test_client(), clock, PLAIN_ACCOUNT)
        seconds = int(clock.now.timestamp())
        first = member.seals(message("text", member.openid, seconds, {"Content": QUESTION, "MsgId": 1}))
        forged = replace(first, body=message("text", "oVictim", seconds, {"Content": "取消", "MsgId": 2}))

        assert member.posts(first).outcome == "answer"
        assert member.posts(forged).status == 403
        assert member.posts(first).outcome == "answer"


class TestRetries:
    def test_three_deliveries_to_two_processes_are_answered_once_and_alike(
        self, make_app: AppFactory, store: Store, clock: Clock
    ) -> None:
        member = Member(make_app().test_client(), clock)
        other_process = Member(make_app().test_client(), clock, openid=member.openid)
        xml = message(
            "text", member.openid, int(clock.now.timestamp()), {"Content": "这个问题材料里肯定没有xyz", "MsgId": 7}
        )
        request = member.seals(xml)

        answers = [member.posts(request), other_process.posts(request), member.posts(request)]

        assert len({(answer.text, answer.outcome) for answer in answers}) == 1
        with store.commands() as client:
            assert client.xlen("bot:misses") == 1

    def test_a_retry_with_a_new_signature_is_still_the_same_message(self, member: Member, clock: Clock) -> None:
        xml = message("text", member.openid, int(clock.now.timestamp()), {"Content": QUESTION, "MsgId": 8})
        first = member.posts(member.seals(xml))
        clock.pass_(seconds=5)

        assert member.posts(member.seals(xml)).text == first.text

    def test_a_retry_of_a_number_gets_the_same_item_although_the_list_has_changed(
        self, member: Member, clock: Clock
    ) -> None:
        member.says("目录")
        xml = message("text", member.openid, int(clock.now.timestamp()), {"Content": "1", "MsgId": 9})
        request = member.seals(xml)

        assert member.posts(request).text == member.posts(request).text

    def test_deliveries_at_the_same_moment_are_answered_once_and_alike(
        self, make_app: AppFactory, store: Store, clock: Clock
    ) -> None:
        app = make_app()
        member = Member(app.test_client(), clock)
        xml = message(
            "text", member.openid, int(clock.now.timestamp()), {"Content": "材料里没有的同时投递abc", "MsgId": 10}
        )
        request = member.seals(xml)

        with ThreadPoolExecutor(6) as pool:
            deliver = [pool.submit(Member(app.test_client(), clock).posts, request) for _ in range(6)]
            texts = {answer.result().text for answer in deliver}

        assert len(texts) == 1
        with store.commands() as client:
            assert client.xlen("bot:misses") == 1

    def test_a_claim_of_a_dead_process_lapses_and_the_retry_is_answered(
        self, make_app: AppFactory, store: Store, clock: Clock
    ) -> None:
        sender = "oDead"
        Inbox(store, Pseudonyms(ACCOUNT.token)).arrive(f"{sender}|11", sender, clock.now)  # and then it was killed
        member = Member(make_app().test_client(), clock, openid=sender)
        with store.commands() as client:
            for key in client.keys("bot:claim:*"):
                client.pexpire(key, 200)

        assert member.says(QUESTION, MsgId=11).outcome == "answer"

    def test_two_members_with_the_same_msgid_get_their_own_answers(self, make_app: AppFactory, clock: Clock) -> None:
        app = make_app()
        one, two = Member(app.test_client(), clock), Member(app.test_client(), clock)

        assert one.says(QUESTION, MsgId=12).text.startswith("每月一次")
        assert two.says("谢谢", MsgId=12).outcome == "smalltalk"

    def test_an_event_without_msgid_is_known_again_by_sender_event_key_and_time(
        self, make_app: AppFactory, store: Store, clock: Clock
    ) -> None:
        member = Member(make_app().test_client(), clock)
        with store.commands() as client:
            first = member.does("CLICK", EventKey="help")
            count = len(client.keys("bot:reply:*"))
            again = member.does("CLICK", EventKey="help")
            other = member.does("CLICK", EventKey="popular")

            assert first.text == again.text != other.text
            assert len(client.keys("bot:reply:*")) == count + 1


class TestOddBodies:
    @pytest.mark.parametrize(
        "content",
        [
            "主题党日\x1d多久开展一次",
            "主题党日多久开展一次]]>",
            "主题党日多久开展一次 &amp; <b>",
            "主题党日多久开展一次\U0001f600",
            "主题党日多久开展一次\ufffe",
            "\ud800主题党日多久开展一次",
            "  主题党日  多久\n开展一次  ",
        ],
    )
    def test_a_question_survives_what_keyboards_add_to_it(
        self, make_app: AppFactory, clock: Clock, content: str
    ) -> None:
        member = Member(make_app(PLAIN_ACCOUNT).test_client(), clock, PLAIN_ACCOUNT)

        assert member.says(content).outcome == "answer"

    def test_a_cdata_end_in_a_reply_stays_text(self, make_app: AppFactory, clock: Clock) -> None:
        member = Member(make_app(PLAIN_ACCOUNT).test_client(), clock, PLAIN_ACCOUNT)

        answer = member.says("目录 ]]></Content><MsgType>x</MsgType>")

        reply = ElementTree.fromstring(answer.body)
        assert [child.tag for child in reply].count("MsgType") == 1

    @pytest.mark.parametrize(
        "tags",
        [
            "<Content></Content>",
            "<Content/>",
            "<Content><b>主题党日</b></Content>",
            "<Content>主题党日</Content><Content>再来一次</Content>",
            "",
        ],
    )
    def test_empty_repeated_and_nested_tags_are_answered_kindly(
        self, make_app: AppFactory, clock: Clock, tags: str
    ) -> None:
        member = Member(make_app(PLAIN_ACCOUNT).test_client(), clock, PLAIN_ACCOUNT)
        body = (
            "<xml><ToUserName>bot</ToUserName><FromUserName>oOdd</FromUserName><CreateTime>1</CreateTime>"
            f"<MsgType>text</MsgType>{tags}<MsgId>{abs(hash(tags))}</MsgId></xml>"
        )

        answer = member.posts(member.seals(body))

        assert answer.status == 200
        assert answer.text

    @pytest.mark.parametrize("number", ["", "abc", "-1", "9" * 400])
    def test_a_strange_msgid_does_no_harm(self, make_app: AppFactory, clock: Clock, number: str) -> None:
        member = Member(make_app(PLAIN_ACCOUNT).test_client(), clock, PLAIN_ACCOUNT)

        assert member.says(QUESTION, MsgId=number).outcome == "answer"

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"junk",
            b"<xml>",
            b"<xml></xml>",
            b"<html><body>502</body></html>",
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><xml><MsgType>text</MsgType></xml>',
            b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><MsgType>text</MsgType></xml>',
            b"<xml><MsgType>text</MsgType><Content>&undefined;</Content></xml>",
            b"<xml>" + b"<a>" * 3000 + b"</a>" * 3000 + b"</xml>",
            json.dumps({"MsgType": "text", "FromUserName": "o1", "Content": "x"}).encode(),
            b"\xff\xfe\x00\x00",
        ],
    )
    def test_a_signed_body_we_cannot_read_is_told_success_and_nothing_else(
        self, make_app: AppFactory, clock: Clock, body: bytes
    ) -> None:
        client = make_app(PLAIN_ACCOUNT).test_client()
        query = platform(PLAIN_ACCOUNT).plain("", int(clock.now.timestamp())).query

        response = client.post("/wechat", query_string=query, data=body)

        assert (response.status_code, response.data, response.mimetype) == (200, b"success", "text/plain")
        assert response.headers["X-Bot-Outcome"] == "ignored"

    def test_gbk_is_answered_without_an_answer(self, make_app: AppFactory, clock: Clock) -> None:
        client = make_app(PLAIN_ACCOUNT).test_client()
        xml = message("text", "oGbk", 1, {"Content": "主题党日", "MsgId": 3}).encode("gbk")
        query = platform(PLAIN_ACCOUNT).plain("", int(clock.now.timestamp())).query

        response = client.post("/wechat", query_string=query, data=xml)

        assert (response.status_code, response.headers["X-Bot-Outcome"]) == (200, "fallback")

    def test_a_body_over_64_kib_is_refused_before_it_is_looked_at(self, make_app: AppFactory, clock: Clock) -> None:
        client = make_app(PLAIN_ACCOUNT).test_client()
        query = platform(PLAIN_ACCOUNT).plain("", int(clock.now.timestamp())).query

        response = client.post("/wechat", query_string=query, data=b"x" * (MAX_BODY + 1))

        assert (response.status_code, response.headers["X-Bot-Outcome"]) == (413, "ignored")
        assert response.mimetype == "text/plain"

    def test_other_methods_are_refused_in_plain_text(self, member: Member) -> None:
        response = member.client.put("/wechat")

        assert (response.status_code, response.mimetype) == (405, "text/plain")


class TestKinds:
    @pytest.mark.parametrize("event", ["poi_check_notify", "kf_create_session", "LOCATION", "MASSSENDJOBFINISH"])
    def test_events_without_use_are_ignored_in_silence(self, member: Member, event: str) -> None:
        answer = member.does(event, EventKey="")

        assert (answer.status, answer.outcome, answer.body) == (200, "ignored", "success")

    @pytest.mark.parametrize("kind", ["miniprogrampage", "unheard_of", "device_text"])
    def test_message_types_without_use_are_ignored_in_silence(self, member: Member, kind: str) -> None:
        answer = member.sends(kind)

        assert (answer.status, answer.outcome) == (200, "ignored")

    @pytest.mark.parametrize("status", ["success", "failed:user block", "failed: system failed"])
    def test_receipts_of_template_messages_are_taken_in_silence(self, member: Member, status: str) -> None:
        answer = member.does("TEMPLATESENDJOBFINISH", MsgID=200163836, Status=status)

        assert (answer.status, answer.outcome, answer.body) == (200, "event", "success")

    def test_consent_events_single_and_multiple_are_taken_in_silence(self, make_app: AppFactory, clock: Clock) -> None:
        member = Member(make_app(PLAIN_ACCOUNT).test_client(), clock, PLAIN_ACCOUNT)
        one = "<List><TemplateId>t1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
        for number, inner in enumerate([one, one + one]):
            xml = (
                f"<xml><ToUserName>bot</ToUserName><FromUserName>oC</FromUserName><CreateTime>{number}</CreateTime>"
                "<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event>"
                f"<SubscribeMsgPopupEvent>{inner}</SubscribeMsgPopupEvent></xml>"
            )
            answer = member.posts(member.seals(xml))
            assert (answer.outcome, answer.body) == ("event", "success")


class TestTrouble:
    def test_without_a_store_the_bot_still_answers(self, make_app: AppFactory, no_store: Store, clock: Clock) -> None:
        member = Member(make_app(store=no_store).test_client(), clock)

        answers = [member.says(QUESTION) for _ in range(5)]

        assert {answer.outcome for answer in answers} == {"answer"}

    def test_without_a_store_a_number_is_explained_instead_of_guessed(
        self, make_app: AppFactory, no_store: Store, clock: Clock
    ) -> None:
        member = Member(make_app(store=no_store).test_client(), clock)
        member.says("目录")

        assert member.says("2").outcome == "command"

    def test_a_matcher_that_hangs_costs_the_member_a_sentence_and_not_the_answer_of_wechat(
        self, services: Services, store: Store, clock: Clock
    ) -> None:
        release = threading.Event()

        class Stuck:
            """The matcher in everything but that it hangs."""

            def __getattr__(self, name: str) -> Any:
                return getattr(services.matcher, name)

            def search(self, text: str, *_more: Any, **_named: Any) -> Search:
                release.wait(30)
                return services.matcher.search(text)

        slow = replace(services, matcher=Stuck())  # type: ignore[arg-type]
        inbox = Inbox(store, Pseudonyms("k"))
        desk = Desk(Gateway(ACCOUNT), inbox, lambda: slow, clock, Metrics(), partial(forget, store), deadline=0.2)
        app = web.create_app(web.Parts(desk, lambda: slow, Metrics(), str))
        started = monotonic()

        answer = Member(app.test_client(), clock).says("随便问一个谁也没问过的")

        release.set()
        desk.pool.shutdown()
        assert monotonic() - started < 3
        assert (answer.status, answer.outcome) == (200, "fallback")
        assert answer.text == services.phrases("too_slow")

    def test_a_fault_of_ours_is_a_sentence_to_the_member(self, services: Services, store: Store, clock: Clock) -> None:
        broken = replace(services, matcher=None)  # type: ignore[arg-type]
        app = web_app.assemble(ACCOUNT, store, lambda: broken, clock, Metrics())

        answer = Member(app.test_client(), clock).says("随便问一个谁也没问过的")

        assert (answer.status, answer.outcome) == (200, "fallback")
        assert answer.text == services.phrases("trouble")

    def test_a_flood_is_slowed_down_once_and_then_met_with_silence(self, member: Member) -> None:
        outcomes = [member.says("谢谢") for _ in range(33)]

        limited = [answer for answer in outcomes if answer.outcome == "limited"]
        assert len(limited) == 3
        assert [bool(answer.text) for answer in limited] == [True, False, False]

        member.clock.pass_(minutes=1)
        assert member.says("谢谢").outcome == "smalltalk"


class TestPrivacy:
    def test_unsubscribing_wipes_everything_kept_about_the_member(self, member: Member, store: Store) -> None:
        member.says(QUESTION)
        member.says("没用")
        member.says("答非所问")
        member.says("这个问题材料里肯定没有xyz")

        answer = member.does("unsubscribe", EventKey="")

        assert (answer.outcome, answer.body) == ("event", "success")
        who = Pseudonyms(ACCOUNT.token)(member.openid)
        with store.commands() as client:
            assert not client.keys(f"*{who}*")
            assert client.xlen("bot:misses") == 0
            assert client.xlen("bot:ratings") == 0

    def test_withdrawing_authorisation_wipes_the_member_named_in_openid(self, member: Member, store: Store) -> None:
        member.says("这个问题材料里肯定没有xyz")
        platform_account = Member(member.client, member.clock, openid="oPlatform")

        platform_account.does("user_authorization_revoke", OpenID=member.openid)

        with store.commands() as client:
            assert client.xlen("bot:misses") == 0

    def test_no_openid_stands_in_the_store_in_clear(self, member: Member, store: Store) -> None:
        member.says(QUESTION)
        member.says("有用")
        member.says("这个问题材料里肯定没有xyz")

        with store.commands() as client:
            for key in client.keys("*"):
                kind = client.type(key)
                value = client.get(key) if kind == "string" else client.xrange(key) if kind == "stream" else ""
                assert member.openid not in f"{key!r}{value!r}"
