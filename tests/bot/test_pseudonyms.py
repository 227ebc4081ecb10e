"""How members are named in what is kept about them."""

from bot.pseudonyms import Pseudonyms


def test_pseudonyms_depend_on_the_key_and_do_not_hold_the_openid() -> None:
    assert Pseudonyms("k1")("oOpenid") == Pseudonyms("k1")("oOpenid") != Pseudonyms("k2")("oOpenid")
    assert "oOpenid" not in Pseudonyms("k1")("oOpenid")
