"""Why a push did not go out, as a sentence for operators: every reason's key has one in `console.yaml`."""

from typing import Final

from bot import wiring

_UNKNOWN_CODE: Final = "code_"


def sentence(reason: str, detail: str = "") -> str:
    """The sentence of a reason: of `bot.platform_errors`, or of the sender's own.

    Args:
        detail: what to mend, such as the IP address to list; may be empty.
    """
    say = wiring.console()
    if reason.startswith(_UNKNOWN_CODE):
        text = say("push_reason_unknown", code=reason.removeprefix(_UNKNOWN_CODE))
    else:
        text = say(f"push_reason_{reason}")
    return say("push_reason_detail", reason=text, detail=detail) if detail else text
