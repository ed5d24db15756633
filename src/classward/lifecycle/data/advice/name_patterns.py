"""What class names say: an order, a hierarchy, a class for the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["hierarchy_of", "order_of", "rest_class"]

_SCALES = (
    ("very low", "low", "medium", "high", "very high"),
    ("none", "low", "medium", "high", "critical"),
    ("none", "mild", "moderate", "severe"),
    ("minor", "moderate", "major", "critical"),
    ("trivial", "minor", "normal", "major", "critical", "blocker"),
    ("very bad", "bad", "neutral", "good", "very good", "excellent"),
    ("poor", "fair", "good", "very good", "excellent"),
    ("very negative", "negative", "neutral", "positive", "very positive"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    ("very unsatisfied", "unsatisfied", "neutral", "satisfied", "very satisfied"),
    ("never", "rarely", "sometimes", "often", "always"),
    ("xs", "s", "m", "l", "xl", "xxl"),
    ("extra small", "small", "medium", "large", "extra large"),
    ("cold", "cool", "mild", "warm", "hot"),
    ("slow", "medium", "fast"),
    ("young", "middle aged", "old"),
    ("beginner", "intermediate", "advanced", "expert"),
    ("bronze", "silver", "gold", "platinum"),
    ("aaa", "aa", "a", "bbb", "bb", "b", "ccc", "cc", "c", "d"),
)
_SAME = {"med": "medium", "mid": "medium", "middle": "medium", "average": "medium", "moderate": "moderate"}
_NUMBER = re.compile(r"\d+")
_RANKED = re.compile(
    r"(?:|.*\b)(?:stars?|points?|rating|level|grade|severity|sev|priority|p|stage|score|step|class|tier|degree|rank)\b.*"
)
_REST = re.compile(
    r"(?:.*\b)?(?:other|others|misc|miscellaneous|unknown|none of (?:the )?above|general|rest|n/?a|no intent|oos"
    r"|out of scope|sonstiges?|andere|autres?|otros?|其他|その他)(?:\b.*)?"
)
_SEPARATORS = ("/", "::", ":", " > ", ">", "__", "|", " - ", ".")


def order_of(names: Sequence[str]) -> tuple[str, ...]:
    """Classes in order if their names are steps of a scale, else nothing.

    Known are words of common scales (low, medium, high …) and names that differ in one number only, with a word of rank
    or from one up to at most eleven without gaps (``1 star`` … ``5 stars``). A hint: ``1`` … ``5`` may be codes.

    >>> order_of(["high", "low", "Medium"])
    ('low', 'Medium', 'high')
    >>> order_of(["billing", "refund", "security"])
    ()
    """
    plain = {_SAME.get(p, p): name for name in names if (p := _plain(name))}
    if len(plain) < 3 or len(plain) < len(names):
        return ()
    for scale in _SCALES:
        if set(plain) <= set(scale):
            return tuple(plain[step] for step in scale if step in plain)
    return _by_number(plain)


def _by_number(plain: dict[str, str]) -> tuple[str, ...]:
    found = {}
    frames = set()
    for text, name in plain.items():
        numbers = _NUMBER.findall(text)
        if len(numbers) != 1:
            return ()
        found[int(numbers[0])] = name
        frames.add(_NUMBER.sub("#", text).removesuffix("s"))
    steps = sorted(found)
    if len(found) < len(plain) or len(frames) > 1:
        return ()
    frame = frames.pop()
    is_short = steps == list(range(steps[0], steps[0] + len(steps))) and steps[0] in {0, 1} and len(steps) <= 11
    is_bare = frame == "#"
    is_ranked = bool(_RANKED.fullmatch(frame.replace("#", " ")))
    if (is_bare and is_short) or (is_ranked and len(steps) <= 11):
        return tuple(found[step] for step in steps)
    return ()


def hierarchy_of(names: Sequence[str]) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Find the separator that divides names into parents and children, and how many children each parent has.

    Four of five names must have it, and at least two parents two children each; otherwise ``("", ())``.

    >>> hierarchy_of(["card/lost", "card/stolen", "loan/new", "loan/old", "other"])
    ('/', (('card', 2), ('loan', 2)))
    """
    for separator in _SEPARATORS:
        children: dict[str, int] = {}
        for name in names:
            parent, found, child = name.partition(separator)
            if found and parent.strip() and child.strip():
                children[parent.strip()] = children.get(parent.strip(), 0) + 1
        is_most = sum(children.values()) >= 0.8 * len(names)
        if is_most and len(children) >= 2 and sum(n >= 2 for n in children.values()) >= 2:
            return separator, tuple(sorted(children.items(), key=lambda pair: (-pair[1], pair[0])))
    return "", ()


def rest_class(names: Sequence[str]) -> str | None:
    """The class named like a collection of the rest (other, misc, unknown …), if there is one."""
    return next((name for name in names if _REST.fullmatch(_plain(name))), None)


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())
