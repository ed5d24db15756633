"""Shipped test suites, one per port, for backends of your own.

Subclass a suite in a test module, fill in its ``make…`` hooks, and pytest runs every check the shipped backends pass::

    class TestMyJournal(JournalSuite):
        def make(self, folder: Path) -> Journal:
            return MyJournal(folder)

The suites need ``pytest`` and ``hypothesis``; nothing else of Classward imports them.
"""
