"""WeChat's side of the webhook, written from its documentation and independent of `bot.wechat`: sign and encrypt
messages, open replies.

The only importer of cryptography. Also the oracle of the tests: what this seals `Gateway` must open, and the other
way round.
"""

import base64
import hashlib
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ACCOUNT: Final = "gh_sandbox"
_BLOCK: Final = 32  # PKCS#7 to 32 bytes, not AES's own 16


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook request as WeChat would send it."""

    query: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Platform:
    """One official account seen from WeChat.

    Attributes:
        aes_key: the EncodingAESKey of 43 characters.
    """

    token: str
    app_id: str
    aes_key: str = ""

    def plain(self, xml: str, timestamp: int, nonce: str = "") -> Request:
        """The message unencrypted; only the URL is signed."""
        nonce = nonce or str(secrets.randbelow(10**10))
        return Request(self._url(timestamp, nonce), xml)

    def safe(self, xml: str, timestamp: int, nonce: str = "") -> Request:
        """The message encrypted, the ciphertext signed."""
        nonce = nonce or str(secrets.randbelow(10**10))
        cipher = self.encrypt(xml)
        query = self._url(timestamp, nonce) | {
            "encrypt_type": "aes",
            "msg_signature": sign(self.token, str(timestamp), nonce, cipher),
        }
        return Request(
            query, f"<xml><ToUserName><![CDATA[bot]]></ToUserName><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>"
        )

    def _url(self, timestamp: int, nonce: str) -> dict[str, str]:
        return {"signature": sign(self.token, str(timestamp), nonce), "timestamp": str(timestamp), "nonce": nonce}

    def read(self, body: str) -> str:
        """The reply's XML in plain text; checks an encrypted reply's signature. Raises ValueError when it is wrong."""
        if not body.startswith("<xml>"):
            return body
        envelope = fields(body)
        if "Encrypt" not in envelope:
            return body
        expected = sign(self.token, envelope["TimeStamp"], envelope["Nonce"], envelope["Encrypt"])
        if envelope["MsgSignature"] != expected:
            raise ValueError("the reply is signed wrongly")
        return self.decrypt(envelope["Encrypt"])

    def encrypt(self, text: str, prefix: bytes = b"") -> str:
        """AES-256-CBC of 16 random bytes, the length, the text and the AppID; base64."""
        data = text.encode()
        data = (prefix or secrets.token_bytes(16)) + struct.pack(">I", len(data)) + data + self.app_id.encode()
        padding = _BLOCK - len(data) % _BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(data + bytes([padding]) * padding) + encryptor.finalize()).decode()

    def decrypt(self, cipher: str) -> str:
        """The text in a ciphertext. Raises ValueError when it was made for another AppID."""
        decryptor = self._cipher().decryptor()
        data = decryptor.update(base64.b64decode(cipher)) + decryptor.finalize()
        data = data[16 : -data[-1]]
        (length,) = struct.unpack(">I", data[:4])
        if data[4 + length :].decode() != self.app_id:
            raise ValueError("encrypted for another AppID")
        return data[4 : 4 + length].decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def sign(*parts: str) -> str:
    """SHA-1 over the sorted parts."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def message(kind: str, sender: str, created: int, tags: Mapping[str, str | int] = MappingProxyType({})) -> str:
    """A message's XML. Texts stand in CDATA as WeChat sends them, numbers plain.

    >>> message("text", "o1", 7, {"Content": "hello", "MsgId": 1}).count("CDATA")
    4
    """
    head: dict[str, str | int] = {"ToUserName": ACCOUNT, "FromUserName": sender, "CreateTime": created, "MsgType": kind}
    return "<xml>" + "".join(_tag(name, value) for name, value in (head | dict(tags)).items()) + "</xml>"


def _tag(name: str, value: str | int) -> str:
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    inner = escape(value) if "]]>" in value else f"<![CDATA[{value}]]>"
    return f"<{name}>{inner}</{name}>"


def fields(xml: str) -> dict[str, str]:
    """The tags of a flat document."""
    return {child.tag: child.text or "" for child in ElementTree.fromstring(xml)}  # noqa: S314 - our own XML
