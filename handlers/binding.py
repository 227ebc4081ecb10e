"""Into a branch and out of it: by invitation code, by QR code, the name a member leaves, leaving."""

import re
from collections.abc import Sequence
from typing import Final

from content.language import Spoken
from content.text import fold_width
from handlers import confirm, lists, meetings
from handlers.book import Consent, TooManyGuesses
from handlers.layout import plain
from handlers.messages import BLANK, Choice, Memory, Outcome, Reply, Turn
from handlers.services import Services
from handlers.visits import Caller, Visit
from scheduler.roster import Branch, Role

CODE: Final = re.compile(r"[A-Z0-9]{4,12}")
LONE_CODE: Final = re.compile(r"(?=.*[0-9])(?=.*[A-Z])[A-Z0-9]{6}")  # sent without a word before it
NAME: Final = re.compile(  # 王建国, 买买提·艾力, 王建国（老）, Anna Li; longer runs of characters are sentences
    r"[\u3400-\u9fff]{2,6}(·[\u3400-\u9fff]{1,8})*([（(][\u3400-\u9fff0-9]{1,6}[)）])?|[A-Za-z][A-Za-z .·]{1,30}"
)
SURNAME: Final = re.compile(r"[\u3400-\u9fff]")  # alone it tells nobody apart
MAX_GIVEN: Final = 2  # characters of a given name without its surname
_AROUND: Final = " ，,。.！!~"
_BESIDE: Final = re.compile(r"[\s“”\"'「」【】()（）:：.。!！-]+")
SCENE: Final = "qrscene_"  # WeChat puts it before the scene when scanning means following


def by_code(said: Spoken, caller: Caller, _memory: Memory, services: Services) -> Turn | None:
    """What to do about an invitation code; how to bind when there is none."""
    code = _code(said.more)
    if said.more and not CODE.fullmatch(code):
        return None if services.language.is_question(said.more) else how(services)
    return _offered(code, caller, services) if code else how(services)


def by_lone_code(text: str, _memory: Memory, services: Services) -> Turn | None:
    """A message that is nothing but a branch's code; anything else is no guess."""
    caller, code = services.caller, _code(text)
    if caller is None or not LONE_CODE.fullmatch(code):
        return None
    return _offered(code, caller, services)


def by_scene(event_key: str, services: Services) -> Turn | None:
    """What to do about a QR code; None when it is not one of a branch."""
    caller = services.caller
    scene = event_key.removeprefix(SCENE)
    branch = caller.branches.book.branch_of_scene(scene) if caller and scene else None
    return _ask(branch, Consent.QR, caller, services) if caller and branch else None


def how(services: Services) -> Turn:
    """How a member comes to a branch."""
    return _say(services.phrases("bind_how"), BLANK)


def confirmed(about: Sequence[str], caller: Caller, _memory: Memory, services: Services) -> Turn:
    """Put the member into the branch they confirmed."""
    branch_id, source = about
    book = caller.branches.book
    if book.branch(branch_id) is not None:
        book.bind(caller.openid, branch_id, Consent(source), caller.now)
    visit = caller.visit()
    if visit is None or visit.branch.id != branch_id:
        return _say(services.phrases("bind_gone"), BLANK)
    return welcome(visit, services, services.phrases("bound", branch=plain(visit.branch.name)))


def welcome(visit: Visit, services: Services, opening: str) -> Turn:
    """What a member of a branch may want to know first."""
    phrases = services.phrases
    coming = visit.next()
    parts = [opening, meetings.described(coming, visit, services) if coming else "", phrases("bound_name")]
    choices = [Choice(phrases(key), phrases(key)) for key in ("say_mine", "say_my_branch")]
    return lists.offer("\n\n".join(filter(None, parts)), choices, Outcome.COMMAND, services)


def my_branch(_said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn:
    """Everything kept about the member and their branch."""
    phrases, member, branch = services.phrases, visit.member, visit.branch
    name = visit.branches.book.names(branch.id).get(member.openid, "")
    lines = [
        phrases("branch_name", branch=plain(branch.name)),
        phrases("branch_parent", parent=plain(branch.parent)) if branch.parent else "",
        phrases("branch_roles", roles=_roles(visit, services)),
        phrases("branch_my_name", name=plain(name)) if name else phrases("branch_no_name"),
        _since(visit, services),
        phrases("branch_exempt") if member.exempt else "",
        phrases("branch_code", code=visit.branches.book.code(branch.id)) if visit.is_secretary else "",
        phrases("branch_after"),
    ]
    return _say("\n".join(filter(None, lines)), memory)


def leave(_said: Spoken, visit: Visit, _memory: Memory, services: Services) -> Turn:
    """Ask before taking the member out of their branch."""
    branch = plain(visit.branch.name)
    question = services.phrases("unbind_ask", branch=branch)
    return confirm.ask(question, "unbind", services.phrases("unbind_what", branch=branch), (), services)


def left(_about: Sequence[str], caller: Caller, _memory: Memory, services: Services) -> Turn:
    """Take the member out of their branch."""
    caller.branches.reminders.forget(caller.openid)
    caller.branches.book.unbind(caller.openid)
    return _say(services.phrases("unbound"), BLANK)


def name(said: Spoken, visit: Visit, memory: Memory, services: Services) -> Turn | None:
    """Keep the name the secretary sees the member under."""
    given = _whole_name(said.more, services.language.called)
    if SURNAME.fullmatch(given) and not given.startswith(services.language.not_names):
        return _say(services.phrases("bound_name"), memory)
    if not is_name(said, services):
        return None
    visit.branches.book.set_name(visit.openid, given)
    return _say(services.phrases("named", name=given), memory)


def is_name(said: Spoken, services: Services) -> bool:
    """Whether what follows "I am called" is a name."""
    language, given = services.language, _whole_name(said.more, services.language.called)
    return bool(NAME.fullmatch(given)) and not (given.startswith(language.not_names) or language.is_question(given))


def _whole_name(text: str, called: Sequence[str]) -> str:
    """The name in what follows "I am called" or "I am a": the surname may stand before it by itself.

    >>> _whole_name("王，叫建国。", ["叫"]), _whole_name("王叫王建国", ["叫"]), _whole_name("王建国", ["叫"])
    ('王建国', '王建国', '王建国')
    """
    between = next((word for word in called if word in text), None)
    surname, given = (part.strip(_AROUND) for part in (text.split(between, 1) if between else ("", text)))
    return given if given.startswith(surname) or len(given) > MAX_GIVEN else surname + given


def _code(text: str) -> str:
    return _BESIDE.sub("", fold_width(text)).upper()


def _offered(code: str, caller: Caller, services: Services) -> Turn:
    try:
        branch = caller.branches.book.branch_of_code(code, caller.openid)
    except TooManyGuesses:
        return _say(services.phrases("bind_too_often"), BLANK)
    if branch is None:
        return _say(services.phrases("bind_wrong", code=code), BLANK)
    return _ask(branch, Consent.CODE, caller, services)


def _ask(branch: Branch, source: Consent, caller: Caller, services: Services) -> Turn:
    """The one question before a member is put into a branch; none when they are there already of their own will."""
    phrases, visit = services.phrases, caller.visit()
    name_ = plain(branch.name)
    if visit and visit.branch.id == branch.id and visit.member.consented_at:
        return welcome(visit, services, phrases("bound_already", branch=name_))
    if visit and visit.branch.id != branch.id:
        question = phrases("bind_ask_other", branch=name_, old=plain(visit.branch.name))
    else:
        question = phrases("bind_ask", branch=name_, parent=_parent(branch, services))
    what = phrases("bind_what", branch=name_)
    return confirm.ask(f"{question}\n{phrases('bind_terms')}", "bind", what, (branch.id, source.value), services)


def _parent(branch: Branch, services: Services) -> str:
    return services.phrases("bind_parent", parent=plain(branch.parent)) if branch.parent else ""


def _roles(visit: Visit, services: Services) -> str:
    """The member's roles in editors' words."""
    words = visit.branches.activities.roles
    called = {value: word for word, value in reversed([*words.items()])}
    return services.phrases("comma").join(called.get(role, role) for role in Role if role in visit.member.roles)


def _since(visit: Visit, services: Services) -> str:
    """When and how the member agreed to be reminded."""
    member = visit.member
    if member.consented_at is None:
        return services.phrases("branch_imported")
    day = member.consented_at.astimezone(visit.branches.zone)
    key = f"branch_since_{member.consent_source}"
    return services.phrases(key, year=day.year, month=day.month, day=day.day)


def _say(text: str, memory: Memory) -> Turn:
    return Turn(Reply(Outcome.COMMAND, text), memory)
