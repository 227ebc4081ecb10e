"""What WeChat's messages and events mean: from the fields of a parsed document to an Incoming. No XML here.

Fields: developers.weixin.qq.com, "Receiving standard messages", "Receiving event pushes".
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from handlers.messages import Incoming, Kind

MAX_TEXT: Final = 2_000  # characters of a member's text that are looked at
MAX_FIELD: Final = 512
_MESSAGE_KINDS: Final = {
    "text": Kind.TEXT,
    "voice": Kind.VOICE,
    "image": Kind.IMAGE,
    "video": Kind.VIDEO,
    "shortvideo": Kind.VIDEO,
    "location": Kind.LOCATION,
    "link": Kind.LINK,
}
_EVENT_KINDS: Final = {
    "subscribe": Kind.SUBSCRIBE,
    "subscribe_scan": Kind.SUBSCRIBE,
    "unsubscribe": Kind.UNSUBSCRIBE,
    "scan": Kind.SCAN,
    "click": Kind.CLICK,
    "view": Kind.VIEW,
    "location": Kind.REPORT_LOCATION,
    "templatesendjobfinish": Kind.TEMPLATE_RECEIPT,
    "subscribe_msg_popup_event": Kind.CONSENT,
    "subscribe_msg_change_event": Kind.CONSENT,
    "subscribe_msg_sent_event": Kind.CONSENT_RECEIPT,
    "user_authorization_revoke": Kind.WITHDRAWN,
    "user_authorization_cancellation": Kind.WITHDRAWN,
}


def read(fields: Mapping[str, Any]) -> Incoming:
    """The message or event in these fields; of a kind we do not know, Kind.UNKNOWN."""
    message = Incoming(Kind.UNKNOWN, "", field(fields, "FromUserName"), field(fields, "ToUserName"))
    is_event = field(fields, "MsgType").lower() == "event"
    return _read_event(fields, message) if is_event else _read_message(fields, message)


def _read_message(fields: Mapping[str, Any], message: Incoming) -> Incoming:
    kind = _MESSAGE_KINDS.get(field(fields, "MsgType").lower(), Kind.UNKNOWN)
    text = field(fields, "Recognition" if kind is Kind.VOICE else "Content", MAX_TEXT)
    number = field(fields, "MsgId") or f"{field(fields, 'CreateTime')}|{text}"
    return replace(message, kind=kind, key=f"{message.sender}|{number}", text=text)


def _read_event(fields: Mapping[str, Any], message: Incoming) -> Incoming:
    event = field(fields, "Event").lower()
    kind = _EVENT_KINDS.get(event, Kind.UNKNOWN)
    # In these events FromUserName is the platform; the member stands in OpenID.
    sender = (field(fields, "OpenID") or message.sender) if kind is Kind.WITHDRAWN else message.sender
    event_key = field(fields, "EventKey")
    parts = (sender, event, event_key, field(fields, "CreateTime"), field(fields, "MsgID"))
    flat = tuple(_flatten(fields)) if kind in (Kind.TEMPLATE_RECEIPT, Kind.CONSENT, Kind.CONSENT_RECEIPT) else ()
    return replace(message, kind=kind, key="|".join(parts), sender=sender, event_key=event_key, fields=flat)


def field(fields: Any, name: str, limit: int = MAX_FIELD) -> str:
    """A field as text. Empty, repeated and nested tags arrive as None, list and dict: the first text in them counts."""
    value = fields.get(name) if isinstance(fields, Mapping) else None
    while isinstance(value, list | Mapping):
        value = next(iter(value), None) if isinstance(value, list) else value.get("#text")
    return "" if value is None else str(value)[:limit]


def _flatten(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Every leaf of a parsed document as (tag, text), in document order."""
    if isinstance(value, Mapping):
        return [pair for key, inner in value.items() for pair in _flatten(inner, key)]
    if isinstance(value, list):
        return [pair for inner in value for pair in _flatten(inner, name)]
    return [(name, "" if value is None else str(value)[:MAX_FIELD])]
