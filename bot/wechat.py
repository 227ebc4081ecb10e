"""The webhook side of WeChat: verify, decrypt and parse what comes in; build, escape and encrypt what goes out.

The only importer of wechatpy 1.8.18, which is frozen upstream and wrapped here because it (measured, see
docs/decisions/0003-wechatpy.md) compares signatures with ``!=``, accepts an empty token, raises a dozen exception
types on odd bodies, chokes on control characters and lets ``]]>`` break out of a reply.

Protocol: developers.weixin.qq.com, "Message encryption and decryption" and "Receiving standard messages".
"""

import base64
import binascii
import hashlib
import hmac
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException
from wechatpy.parser import parse_message
from wechatpy.replies import TextReply

from bot import incoming
from handlers.messages import Incoming, Reply

MAX_BODY: Final = 64 * 1024  # bytes; a text message is at most a few thousand
CLOCK_SKEW: Final = timedelta(seconds=300)  # must cover WeChat's three tries within 15 s and a clock a little off
NOTHING: Final = "success"  # tells WeChat: received, no reply, do not send again

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 forbids
_CHARACTER_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_ROOT = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<xml[\s>]")  # so: no DOCTYPE, hence no entities
_PARSE_ERRORS = (ExpatError, ValueError, KeyError, TypeError, AttributeError, IndexError)
_DECRYPT_ERRORS = (ValueError, IndexError, KeyError, struct.error, binascii.Error, OverflowError)


class BadSignature(Exception):
    """Not from WeChat, as far as can be told: wrong or missing signature, plaintext where safe mode is set, or too
    old.
    """


class Unreadable(Exception):
    """Signed, but not a message we can read. The reason is for the log, never for the member."""


@dataclass(frozen=True, slots=True)
class Account:
    """An official account's secrets, as set on its server settings page.

    Attributes:
        aes_keys: EncodingAESKeys of 43 characters, the current one first, then the one before a rotation; none = plain
            text mode.
    """

    token: str
    app_id: str = ""
    aes_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A verified message and how to answer it: with the AES key that opened it, or in plain text (None).

    Attributes:
        nonce: the request's, with its timestamp: a second plain request with the same one but another body is a
            forgery.
    """

    message: Incoming
    aes_key: bytes | None
    nonce: str


class Gateway:
    """Opens and seals for one account.

    Args:
        accept_plain: take unencrypted messages although there are keys. Only the sandbox does.

    Raises:
        ValueError: the token is empty or a key malformed.
    """

    def __init__(self, account: Account, *, accept_plain: bool = False) -> None:
        if not account.token:
            raise ValueError("an empty token would let anyone forge messages")
        self._token = account.token
        self._app_id = account.app_id
        self._keys = tuple(decode_aes_key(key) for key in account.aes_keys)
        self._accept_plain = accept_plain or not self._keys

    def verify(self, query: Mapping[str, str], now: datetime) -> str:
        """The `echostr` to send back for WeChat's GET when the server settings are saved. Raises BadSignature."""
        self._check_time(query, now)
        self._check_signature(query.get("signature", ""), query)
        return query.get("echostr", "")

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> Opened:
        """Verify, decrypt and parse a POST.

        Args:
            query: the URL's parameters.
            body: at most MAX_BODY bytes.
            now: aware; the request's timestamp must be within five minutes of it.

        Raises:
            BadSignature: refuse it.
            Unreadable: it is signed, but we make nothing of it: say "success", so that WeChat does not send it again.
        """
        self._check_time(query, now)
        nonce = f"{query.get('timestamp', '')}.{query.get('nonce', '')}"
        if query.get("encrypt_type") == "aes" and self._keys:
            text, key = self._decrypt(query, body)
            return Opened(_read(text), key, nonce)
        if not self._accept_plain:
            raise BadSignature("plaintext, but the account is in safe mode")
        self._check_signature(query.get("signature", ""), query)
        return Opened(_read(_clean(body)), None, nonce)

    def seal(self, reply: Reply, opened: Opened, now: datetime, nonce: str) -> str:
        """The body of our answer: XML, encrypted like the question was, or "success" when there is nothing to say.

        Whatever the text holds, the XML stays well-formed: illegal characters are dropped and ``]]>`` is split.
        """
        text = _ILLEGAL.sub("", reply.text).replace("]]>", "]]]]><![CDATA[>")
        if not text:
            return NOTHING
        seconds = int(now.timestamp())
        message = opened.message
        xml: str = TextReply(source=message.account, target=message.sender, content=text, time=seconds).render()
        return xml if opened.aes_key is None else self._encrypt(xml, opened.aes_key, str(seconds), nonce)

    def _check_time(self, query: Mapping[str, str], now: datetime) -> None:
        stamp = query.get("timestamp", "")
        if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(now.timestamp() - int(stamp)) > CLOCK_SKEW.total_seconds():
            raise BadSignature("timestamp missing or more than five minutes off; is this machine's clock right?")

    def _check_signature(self, given: str, query: Mapping[str, str], *signed: str) -> None:
        expected = signature(self._token, query.get("timestamp", ""), query.get("nonce", ""), *signed)
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise BadSignature("wrong signature; is the token the one of the account's server settings?")

    def _decrypt(self, query: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
        cipher = _cipher_of(_clean(body))
        self._check_signature(query.get("msg_signature", ""), query, cipher)
        foreign = False
        for key in self._keys:
            try:
                return _clean(PrpCrypto(key).decrypt(cipher, self._app_id).encode()), key
            except InvalidAppIdException:
                foreign = True
            except _DECRYPT_ERRORS:
                continue
        if foreign:
            raise BadSignature("encrypted for another AppID")
        raise Unreadable("none of the AES keys opens it")

    def _encrypt(self, xml: str, key: bytes, timestamp: str, nonce: str) -> str:
        cipher = PrpCrypto(key).encrypt(xml, self._app_id).decode()
        return (
            f"<xml><Encrypt><![CDATA[{cipher}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{signature(self._token, timestamp, nonce, cipher)}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )


def signature(*parts: str) -> str:
    """WeChat's signature: SHA-1 over the sorted parts joined together, in hexadecimal."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def decode_aes_key(key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey of 43 characters. Raises ValueError for anything else."""
    decoded = base64.b64decode(key + "=")
    if len(key) != 43 or len(decoded) != 32:
        raise ValueError("an EncodingAESKey has 43 characters")
    return decoded


def _clean(body: bytes) -> str:
    """The body as text that XML allows: members' keyboards do send control characters."""
    text = _ILLEGAL.sub("", body.decode("utf-8", "replace"))
    return _CHARACTER_REFERENCE.sub(_legal_reference, text) if "&#" in text else text


def _legal_reference(found: re.Match[str]) -> str:
    code = int(found[1], 16) if found[1] else int(found[2])
    legal = code <= 0x10FFFF and not _ILLEGAL.match(chr(code))
    return found[0] if legal else ""


def _check_root(text: str) -> None:
    if not _ROOT.match(text):
        is_json = text.lstrip()[:1] in ("{", "[")
        raise Unreadable("JSON; set the account's message format to XML" if is_json else "not an <xml> document")


def _cipher_of(text: str) -> str:
    """The ciphertext in an envelope. No DOCTYPE can get here, so the parser meets no entities of anyone's making."""
    _check_root(text)
    try:
        return ElementTree.fromstring(text).findtext("Encrypt") or ""  # noqa: S314
    except ElementTree.ParseError as error:
        raise Unreadable(f"broken envelope: {error}") from error


def _parse(text: str) -> Mapping[str, Any]:
    """A message's raw fields, through wechatpy's parser."""
    _check_root(text)
    try:
        fields: Mapping[str, Any] = parse_message(text)._data
    except _PARSE_ERRORS as error:
        raise Unreadable(f"{type(error).__name__} while parsing") from error
    return fields


def _read(text: str) -> Incoming:
    fields = _parse(text)
    if not incoming.field(fields, "FromUserName"):
        raise Unreadable("no FromUserName")
    return incoming.read(fields)
