"""Messages and events as Tencent's pages print them (developers.weixin.qq.com: receiving standard messages, receiving
event pushes, template messages) and as other projects' tests carry them: what the gateway reads in them.
"""

import hashlib
from datetime import UTC, datetime

import pytest

from bot.wechat import Account, Gateway
from handlers.messages import Incoming, Kind

NOW = datetime.fromtimestamp(1348831860, UTC)
HEAD = (
    "<xml>\n  <ToUserName><![CDATA[toUser]]></ToUserName>\n  <FromUserName><![CDATA[fromUser]]></FromUserName>\n"
    "  <CreateTime>1348831860</CreateTime>\n"
)


def read(rest: str) -> Incoming:
    """The message with that end, signed as in plain text mode."""
    stamp, nonce = str(int(NOW.timestamp())), "1"
    signed = "".join(sorted(["token", stamp, nonce]))
    query = {"timestamp": stamp, "nonce": nonce, "signature": hashlib.sha1(signed.encode()).hexdigest()}
    return Gateway(Account("token")).open(query, f"{HEAD}{rest}</xml>".encode(), NOW).message


@pytest.mark.parametrize(
    ("kind", "fields", "text"),
    [
        ("text", "<Content><![CDATA[this is a test]]></Content>", "this is a test"),
        ("image", "<PicUrl><![CDATA[this is a url]]></PicUrl><MediaId><![CDATA[media_id]]></MediaId>", ""),
        ("voice", "<MediaId><![CDATA[media_id]]></MediaId><Format><![CDATA[Format]]></Format>", ""),
        (
            "voice",
            "<Format><![CDATA[amr]]></Format><Recognition><![CDATA[腾讯微信团队]]></Recognition>",
            "腾讯微信团队",
        ),
        ("video", "<MediaId><![CDATA[media_id]]></MediaId><ThumbMediaId><![CDATA[id]]></ThumbMediaId>", ""),
        ("location", "<Location_X>23.134521</Location_X><Scale>20</Scale><Label><![CDATA[位置信息]]></Label>", ""),
        ("link", "<Title><![CDATA[公众平台官网链接]]></Title><Url><![CDATA[url]]></Url>", ""),
    ],
)
def test_a_standard_message_is_read_as_its_kind_with_its_text(kind: str, fields: str, text: str) -> None:
    ended = f"  <MsgType><![CDATA[{kind}]]></MsgType>\n{fields}<MsgId>1234567890123456</MsgId>\n"

    message = read(ended)

    assert (message.kind, message.text) == (Kind(kind), text)
    assert (message.account, message.sender, message.key) == ("toUser", "fromUser", "fromUser|1234567890123456")


def test_a_short_video_counts_as_a_video() -> None:
    assert read("<MsgType><![CDATA[shortvideo]]></MsgType><MsgId>1</MsgId>").kind is Kind.VIDEO


def test_what_comes_besides_with_a_message_sent_below_an_article_changes_nothing() -> None:
    ended = "<MsgType>text</MsgType><Content>x</Content><MsgId>7</MsgId><MsgDataId>xxxx</MsgDataId><Idx>xxxx</Idx>"

    assert read(ended).key == "fromUser|7"


@pytest.mark.parametrize(
    ("event", "fields", "kind", "key"),
    [
        ("subscribe", "", Kind.SUBSCRIBE, ""),
        ("subscribe", "<EventKey><![CDATA[]]></EventKey>", Kind.SUBSCRIBE, ""),
        (
            "subscribe",
            "<EventKey><![CDATA[qrscene_123123]]></EventKey><Ticket><![CDATA[TICKET]]></Ticket>",
            Kind.SUBSCRIBE,
            "123123",
        ),
        ("unsubscribe", "<EventKey><![CDATA[]]></EventKey>", Kind.UNSUBSCRIBE, ""),
        (
            "SCAN",
            "<EventKey><![CDATA[SCENE_VALUE]]></EventKey><Ticket><![CDATA[T]]></Ticket>",
            Kind.SCAN,
            "SCENE_VALUE",
        ),
        ("LOCATION", "<Latitude>23.137466</Latitude><Longitude>113.352425</Longitude>", Kind.REPORT_LOCATION, ""),
        ("CLICK", "<EventKey><![CDATA[EVENTKEY]]></EventKey>", Kind.CLICK, "EVENTKEY"),
        ("VIEW", "<EventKey><![CDATA[www.qq.com]]></EventKey><MenuId>1</MenuId>", Kind.VIEW, "www.qq.com"),
        ("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID><Status>success</Status>", Kind.TEMPLATE_RECEIPT, ""),
        (
            "scancode_push",
            "<EventKey>6</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>1</ScanResult></ScanCodeInfo>",
            Kind.UNKNOWN,
            "6",
        ),
        (
            "pic_sysphoto",
            "<SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum>1b</PicMd5Sum></item><item><PicMd5Sum>2"
            "</PicMd5Sum></item></PicList></SendPicsInfo>",
            Kind.UNKNOWN,
            "",
        ),
        ("location_select", "<SendLocationInfo><Poiname><![CDATA[]]></Poiname></SendLocationInfo>", Kind.UNKNOWN, ""),
        ("kf_create_session", "<KfAccount><![CDATA[test1@test]]></KfAccount>", Kind.UNKNOWN, ""),
        ("MASSSENDJOBFINISH", "<MsgID>1000001625</MsgID><Status>err(30003)</Status>", Kind.UNKNOWN, ""),
        ("qualification_verify_success", "<ExpiredTime>1442401156</ExpiredTime>", Kind.UNKNOWN, ""),
        ("ShakearoundUserShake", "<ChosenBeacon><Uuid>uuid</Uuid></ChosenBeacon>", Kind.UNKNOWN, ""),
    ],
)
def test_an_event_is_read_as_its_kind_with_its_key(event: str, fields: str, kind: Kind, key: str) -> None:
    message = read(f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>{fields}")

    assert (message.kind, message.event_key, message.text) == (kind, key, "")


def test_space_around_what_stands_in_a_tag_does_not_count() -> None:
    """As in the pages on cards, which print it so."""
    assert read("<MsgType> <![CDATA[event]]> </MsgType><Event> <![CDATA[subscribe]]> </Event>").kind is Kind.SUBSCRIBE


@pytest.mark.parametrize("status", ["success", "failed:user block", "failed: system failed"])
def test_a_receipt_hands_on_the_number_and_status_of_the_template_message(status: str) -> None:
    ended = (
        f"<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>200163836</MsgID><Status>{status}</Status>"
    )

    assert {("MsgID", "200163836"), ("Status", status)} <= set(read(ended).fields)


def test_consent_to_several_templates_is_handed_on_in_pairs() -> None:
    listed = "".join(
        f"<List><TemplateId><![CDATA[T{number}]]></TemplateId><SubscribeStatusString><![CDATA[{status}]]>"
        "</SubscribeStatusString><PopupScene>0</PopupScene></List>"
        for number, status in ((1, "accept"), (2, "reject"))
    )
    tag = "SubscribeMsgPopupEvent"

    message = read(f"<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event><{tag}>{listed}</{tag}>")

    assert message.kind is Kind.CONSENT
    told = [value for name, value in message.fields if name in ("TemplateId", "SubscribeStatusString")]
    assert told == ["T1", "accept", "T2", "reject"]
