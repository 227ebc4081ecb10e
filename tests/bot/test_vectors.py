"""The gateway against worked examples nobody here wrote.

AAAAA: Tencent's "Message encryption and decryption" page (developers.weixin.qq.com). Its bodies are JSON; the
envelope is wrapped in XML here, the signatures and ciphertexts are the published ones. cryptoDemo: the sample that
comes with Tencent's official WXBizMsgCrypt libraries.
"""

from datetime import UTC, datetime

import pytest

from bot.sandbox.envelope import Platform, sign
from bot.wechat import Account, BadSignature, Gateway, Unreadable, signature
from handlers.messages import Kind

AAAAA = Account("AAAAA", "wxba5fad812f8e6fb9", ("A" * 43,))
AAAAA_CIPHER = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7v"
    "JVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb"
    "6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
AAAAA_MESSAGE = (
    '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,'
    '"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}'
)
AAAAA_QUERY = {
    "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
    "timestamp": "1714112445",
    "nonce": "415670741",
    "openid": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
    "encrypt_type": "aes",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
}

DEMO = Account("spamtest", "wx2c2769f8efd9abc2", ("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",))
DEMO_QUERY = {
    "timestamp": "1409735669",
    "nonce": "1320562132",
    "encrypt_type": "aes",
    "msg_signature": "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
}
DEMO_BODY = (
    "<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>"
    "<FromUserName><![CDATA[oyORnuP8q7ou2gfYjqLzSIWZf0rs]]></FromUserName><CreateTime>1409735668</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[abcdteT]]></Content><MsgId>6054768590064713728</MsgId><Encrypt><![CDATA["
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn"
    "896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSV"
    "CZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCum"
    "EPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
    "]]></Encrypt></xml>"
)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_the_published_get_is_verified_and_its_echostr_returned() -> None:
    query = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
        "echostr": "4375120948345356249",
        "timestamp": "1714036504",
        "nonce": "1514711492",
    }

    assert Gateway(AAAAA).verify(query, at(1714036504)) == "4375120948345356249"


def test_the_published_plain_post_is_taken_by_its_signature() -> None:
    query = {"signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78", "timestamp": "1714037059", "nonce": "486452656"}
    body = (
        b"<xml><ToUserName>gh_97417a04a28d</ToUserName><FromUserName>o9AgO5Kd5ggOC-bXrbNODIiE3bGY</FromUserName>"
        b"<CreateTime>1714037059</CreateTime><MsgType>event</MsgType><Event>debug_demo</Event></xml>"
    )

    opened = Gateway(Account("AAAAA")).open(query, body, at(1714037059))

    assert opened.message.kind is Kind.UNKNOWN
    assert opened.message.sender == "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"


def test_the_published_ciphertext_passes_its_signature_and_opens_to_a_json_body_we_name_as_such() -> None:
    body = f"<xml><Encrypt><![CDATA[{AAAAA_CIPHER}]]></Encrypt></xml>".encode()

    with pytest.raises(Unreadable, match="JSON"):
        Gateway(AAAAA).open(AAAAA_QUERY, body, at(1714112445))


def test_the_published_ciphertext_with_its_url_signature_instead_is_refused() -> None:
    body = f"<xml><Encrypt><![CDATA[{AAAAA_CIPHER}]]></Encrypt></xml>".encode()

    with pytest.raises(BadSignature):
        Gateway(AAAAA).open(AAAAA_QUERY | {"msg_signature": AAAAA_QUERY["signature"]}, body, at(1714112445))


def test_the_oracle_of_our_tests_agrees_with_the_published_example_in_both_directions() -> None:
    tencent = Platform("AAAAA", "wxba5fad812f8e6fb9", "A" * 43)

    assert tencent.decrypt(AAAAA_CIPHER) == AAAAA_MESSAGE
    assert tencent.encrypt(AAAAA_MESSAGE, prefix=b"a8eedb185eb2fecf") == AAAAA_CIPHER
    assert (
        tencent.encrypt('{"demo_resp":"good luck"}', prefix=b"707722b803182950")
        == "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    )


def test_both_signature_functions_reproduce_the_published_ones() -> None:
    for ours in (signature, sign):
        assert ours("AAAAA", "1714112445", "415670741", AAAAA_CIPHER) == AAAAA_QUERY["msg_signature"]
        assert ours("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"


def test_the_official_sample_opens_to_its_text() -> None:
    opened = Gateway(DEMO).open(DEMO_QUERY, DEMO_BODY.encode(), at(1409735669))

    assert opened.message.kind is Kind.TEXT
    assert opened.message.text == "abcdteT"
    assert opened.message.key == "oyORnuP8q7ou2gfYjqLzSIWZf0rs|6054768590064713728"


def test_in_compatible_mode_the_encrypted_part_counts_and_not_the_plain_one_beside_it() -> None:
    forged = DEMO_BODY.replace("abcdteT", "forged")

    assert Gateway(DEMO).open(DEMO_QUERY, forged.encode(), at(1409735669)).message.text == "abcdteT"


def test_the_official_sample_for_another_app_id_is_refused() -> None:
    other = Account(DEMO.token, "wx0000000000000000", DEMO.aes_keys)

    with pytest.raises(BadSignature, match="AppID"):
        Gateway(other).open(DEMO_QUERY, DEMO_BODY.encode(), at(1409735669))


def test_the_php_reference_vector_opens_to_hello_and_is_refused_with_another_signature() -> None:
    """From EasyWeChat's own tests (EncryptorTest)."""
    account = Account("pamtest", "wxb11529c136998cb6", DEMO.aes_keys)
    query = {
        "timestamp": "1458300676",
        "nonce": "260774613",
        "encrypt_type": "aes",
        "msg_signature": "4f3ad57b6989f09f4eb392acce4f9e93942ed890",
    }
    cipher = (
        "rTNFcsut4LfGuAFKEUVVpwcaCOTJzOd9twZdIW910jb3k+iicx2uvhttIZ3Qg9Qgty3BEF2xbOrz6boTfb30dMomcgrkTqdFPwnhqbk+kIQ7"
        "rZiwny9D7NUrTgA5kpX3KsZvrXzUZyP2x9YOlxbgm572lmxKvM7HAQQhIQ/p6HBmoY30bGXFK0BtIu1pW9TjhOYrLQoU18nWYjWqDA1ynkmO"
        "ytpv7QRI1P1+0NoxL0q2zO1DgeSvnE8CZGo/o5Ap/WHK5W2RAsinpzN4/LjPnmB6U01I5XCoJoC0GK/yMZycd2Oh8Nq6+wBkC1U85oy0ktOY"
        "4nLvsQMLrourmMGdZHuTbqpeJ8Ao/5PRYJ+WBvRUwPfGKBL2+2IKZF49vAJqkcGWSHGE76ZN2erXeuNazf/o9o3lIE3q739o4c8t9QGPe31G"
        "T2Go/rOz1BsrASwvauNulCh+++yz+CQzBIuikA=="
    )
    body = (
        f"<xml>\n <ToUserName><![CDATA[a]]></ToUserName>\n <Encrypt><![CDATA[{cipher}]]></Encrypt>\n</xml>\n".encode()
    )

    assert Gateway(account).open(query, body, at(1458300676)).message.text == "hello"
    with pytest.raises(BadSignature):
        Gateway(account).open(query | {"msg_signature": "invalid-signature"}, body, at(1458300676))


def test_the_java_reference_vector_is_reproduced_by_the_oracle() -> None:
    """From WxJava's own tests (WxCryptUtilTest), with its fixed random prefix."""
    java = Platform("pamtest", "wxb11529c136998cb6", DEMO.aes_keys[0])
    cipher = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="

    assert java.encrypt("我是中文abcd123", prefix=b"aaaabbbbccccdddd") == cipher
    assert java.decrypt(cipher) == "我是中文abcd123"


def test_the_enterprise_vector_of_wechatpy_opens_to_its_text() -> None:
    """From wechatpy's own tests (test_crypto); the enterprise side encrypts in the same way."""
    account = Account("123456", "wx49f0ab532d5d035a", ("kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR",))
    cipher = (
        "RgqEoJj5A4EMYlLvWO1F86ioRjZfaex/gePD0gOXTxpsq5Yj4GNglrBb8I2BAJVODGajiFnXBu7mCPatfjsu6IHCrsTyeDXzF6Bv283dGymzxh6ydJRvZsryDyZb"
        "LTE7rhnus50qGPMfp2wASFlzEgMW9z1ef/RD8XzaFYgm7iTdaXpXaG4+BiYyolBug/gYNx410cvkKR2/nPwBiT+P4hIiOAQqGp/TywZBtDh1yCF2KOd0gpiMZ5jS"
        "w3e29mTvmUHzkVQiMS6td7vXUaWOMZnYZlF3So2SjHnwh4jYFxdgpkHHqIrH/54SNdshoQgWYEvccTKe7FS709/5t6NMxuGhcUGAPOQipvWTT4dShyqio7mlsl5n"
        "oTrb++x6En749zCpQVhDpbV6GDnTbcX2e8K9QaNWHp91eBdCRxthuL0="
    )
    query = {
        "timestamp": "1411525903",
        "nonce": "461056294",
        "encrypt_type": "aes",
        "msg_signature": "74d92dfeb87ba7c714f89d98870ae5eb62dff26d",
    }
    body = f"<xml><Encrypt><![CDATA[{cipher}]]></Encrypt><AgentID><![CDATA[1]]></AgentID></xml>".encode()

    message = Gateway(account).open(query, body, at(1411525903)).message
    assert (message.kind, message.text, message.sender) == (Kind.TEXT, "test", "messense")
