"""The user's tables: whole or batch by batch; CSV, TSV, NDJSON, Parquet and SQLite."""

from classward.backends.tables.batches import BatchFiles
from classward.backends.tables.whole import FileTables

__all__ = ["BatchFiles", "FileTables"]
