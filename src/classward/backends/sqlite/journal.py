"""The journal in SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from sqlite3 import Connection

from classward.backends.sqlite.connection import Database
from classward.domain import Event, EventDraft, JournalHead, format_time, parse_time
from classward.errors import JournalError

__all__ = ["SqliteJournal"]

_COLUMNS = "seq, id, at, task, kind, actor, why, payload, prev_hash, hash, format_version"
_LAST = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"
_PAGE = 500


class SqliteJournal:
    """Events in one table; appended inside a transaction that reads the last hash (fulfils ``ports.Journal``)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, *drafts: EventDraft, expected: JournalHead | None = None) -> tuple[Event, ...]:
        """Append all drafts or none."""
        made: list[Event] = []
        with self._database.transaction() as connection:
            row = connection.execute(_LAST).fetchone()
            head = JournalHead(seq=row[0], hash=row[1]) if row else JournalHead()
            if expected is not None and expected != head:
                raise JournalError(
                    "CW601", "the journal moved on while this change was being made",
                    got=f"head {head.seq}, expected {expected.seq}", why="the change was decided on older facts",
                    fix="look again and repeat the command",
                )  # fmt: skip
            for draft in drafts:
                event = Event.chained(draft, seq=head.seq + 1, prev_hash=head.hash)
                _insert(connection, event)
                head = JournalHead(seq=event.seq, hash=event.hash)
                made.append(event)
        return tuple(made)

    def events(self, *, after_seq: int = 0, task: str | None = None, kind: str | None = None) -> Iterator[Event]:
        """Events in order."""
        where, values = "seq > ?", [task, kind]
        where += "" if task is None else " AND task = ?"
        where += "" if kind is None else " AND kind = ?"
        given = tuple(v for v in values if v is not None)
        while True:
            query = f"SELECT {_COLUMNS} FROM events WHERE {where} ORDER BY seq LIMIT {_PAGE}"
            rows = self._database.rows(query, (after_seq, *given))
            for row in rows:
                yield Event(
                    seq=row[0], id=row[1], at=parse_time(row[2]), task=row[3], kind=row[4], actor=row[5], why=row[6],
                    payload=row[7], prev_hash=row[8], hash=row[9], format_version=row[10],
                )  # fmt: skip
            if len(rows) < _PAGE:
                return
            after_seq = rows[-1][0]

    def head(self) -> JournalHead:
        """Number and hash of the last event."""
        rows = self._database.rows(_LAST)
        return JournalHead(seq=rows[0][0], hash=rows[0][1]) if rows else JournalHead()


def _insert(connection: Connection, event: Event) -> None:
    if connection.execute("SELECT 1 FROM events WHERE id = ?", (event.id,)).fetchone():
        raise JournalError(
            "CW604", "an event with this id is in the journal already", got=event.id,
            why="each fact is recorded once", fix="look again: sent twice, the first is recorded",
        )  # fmt: skip
    values = (
        event.seq, event.id, format_time(event.at), event.task, event.kind, event.actor, event.why, event.payload,
        event.prev_hash, event.hash, event.format_version,
    )  # fmt: skip
    connection.execute(f"INSERT INTO events ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", values)
