"""Every error Classward raises, drawn as a tree.

::

    ClasswardError                      code, what, got, why, fix
    ├── TaskFileError       (ValueError)    CW1xx  the task file cannot be understood
    ├── DataError           (ValueError)    CW2xx  the rows cannot be used
    │   ├── NotMulticlass                   CW201…CW205
    │   └── TooFewLabels                    CW206
    ├── WrongType           (TypeError)     CW2xx  a value of a type that cannot be read
    ├── UnknownClass        (LookupError)   CW301  a class name that does not exist
    ├── UnknownVersion      (LookupError)   CW302  a version or id that does not exist
    ├── InvalidInput        (ValueError)    CW4xx  a request row breaks the input schema
    ├── ArtifactError       (ValueError)    CW5xx  a bundle is damaged, edited or not equal to its model
    ├── JournalError        (RuntimeError)  CW6xx  the journal is broken or moved under us
    ├── RecordError         (RuntimeError)  CW7xx  the record log cannot be read or written
    ├── Refused             (RuntimeError)  CW8xx  a policy says no, with its reason
    └── UsageError          (ValueError)    CW9xx  a command or setting is wrong

Beside it stands one warning: LeakWarning (UserWarning), CW395 and CW396, where an estimator goes on in spite of a finding.

Each class also inherits the built-in a caller would expect. Texts never hold secrets or raw feature values.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "ArtifactError",
    "ClasswardError",
    "DataError",
    "InvalidInput",
    "JournalError",
    "LeakWarning",
    "NotMulticlass",
    "RecordError",
    "Refused",
    "TaskFileError",
    "TooFewLabels",
    "UnknownClass",
    "UnknownVersion",
    "UsageError",
    "WrongType",
    "nearest",
]


class ClasswardError(Exception):
    """What could not be done, what was got, why it matters and how to mend it.

    Parameters
    ----------
    code : str
        Stable code such as ``"CW206"``; each has an entry in ``docs/errors/``.
    what : str
        What could not be done, in one line.
    got, why, fix : str
        What was found, why it matters, what to do. Empty parts are left out of the text.

    Examples
    --------
    >>> print(ClasswardError("CW000", "cannot do it", got="3", why="it needs 4", fix="pass 4"))
    CW000 cannot do it
      got:  3
      why:  it needs 4
      fix:  pass 4
    """

    def __init__(self, code: str, what: str, *, got: str = "", why: str = "", fix: str = "") -> None:
        self.code, self.what, self.got, self.why, self.fix = code, what, got, why, fix
        parts = [f"{code} {what}"]
        parts += [f"  {name}  {text}" for name, text in (("got:", got), ("why:", why), ("fix:", fix)) if text]
        super().__init__("\n".join(parts))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.what, self.got, self.why, self.fix)

    def as_dict(self) -> dict[str, str]:
        """Give the parts as plain strings, for ``--json`` and HTTP answers."""
        return {"code": self.code, "what": self.what, "got": self.got, "why": self.why, "fix": self.fix}


def _rebuild(kind: type[ClasswardError], code: str, what: str, got: str, why: str, fix: str) -> ClasswardError:
    return kind(code, what, got=got, why=why, fix=fix)


class LeakWarning(UserWarning):
    """Rows may leak between fitting and scoring, so that figures flatter; an estimator fits all the same."""


class TaskFileError(ClasswardError, ValueError):
    """The task file cannot be understood; the text names the line."""


class DataError(ClasswardError, ValueError):
    """The rows cannot be used as they are."""


class NotMulticlass(DataError):
    """The target is not one label out of three or more."""


class TooFewLabels(DataError):
    """Some class has too few labelled rows for what was asked."""


class WrongType(ClasswardError, TypeError):
    """A value of a type that cannot be read."""


class UnknownClass(ClasswardError, LookupError):
    """A class name that the label space does not hold."""


class UnknownVersion(ClasswardError, LookupError):
    """A version, prediction or decision that does not exist."""


class InvalidInput(ClasswardError, ValueError):
    """A row breaks the input schema; the text names row and field."""


class ArtifactError(ClasswardError, ValueError):
    """A bundle is damaged, edited, untrusted, or answers differently from the model it froze."""


class JournalError(ClasswardError, RuntimeError):
    """The journal's chain is broken, or it moved while a change was being made."""


class RecordError(ClasswardError, RuntimeError):
    """The record log cannot be read or written."""


class Refused(ClasswardError, RuntimeError):
    """A policy says no; the text gives the reason and the recorded way around, if there is one."""


class UsageError(ClasswardError, ValueError):
    """A command, option or setting is wrong."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Suggest the closest known name as ``"; did you mean 'x'?"``, or nothing.

    >>> nearest("secuirty", ["security", "billing"])
    "; did you mean 'security'?"
    >>> nearest("zzz", ["security"])
    ''
    """
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean {found[0]!r}?" if found else ""
