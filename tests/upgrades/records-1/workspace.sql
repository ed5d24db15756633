BEGIN TRANSACTION;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, task TEXT NOT NULL, kind TEXT NOT NULL,
    actor TEXT NOT NULL, why TEXT NOT NULL, payload TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL,
    format_version INTEGER NOT NULL
);
CREATE TABLE format (version INTEGER NOT NULL);
INSERT INTO "format" VALUES(1);
CREATE TABLE heartbeats (
    process_id TEXT PRIMARY KEY, pid INTEGER NOT NULL, task TEXT NOT NULL, bundle_hash TEXT NOT NULL,
    version INTEGER NOT NULL, head_seq INTEGER NOT NULL, n_lost INTEGER NOT NULL, started_at TEXT NOT NULL,
    seen_at TEXT NOT NULL, turned_off TEXT NOT NULL DEFAULT ''
);
CREATE TABLE label_digests (
    task TEXT NOT NULL, digest BLOB NOT NULL, received_at_s REAL NOT NULL, PRIMARY KEY (task, digest)
) WITHOUT ROWID;
CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until_s REAL NOT NULL);
CREATE TABLE merged_files (
    task TEXT NOT NULL, path TEXT NOT NULL, merged_at_s REAL NOT NULL, PRIMARY KEY (task, path)
) WITHOUT ROWID;
CREATE TABLE sealed_files (
    task TEXT NOT NULL, kind TEXT NOT NULL, date TEXT NOT NULL, path TEXT NOT NULL, n_rows INTEGER NOT NULL,
    level INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (task, kind, date, path)
) WITHOUT ROWID;
INSERT INTO "sealed_files" VALUES('tickets','label','2026-11-12','sealed/kind=label/date=2026-11-12/01M8A2JZJW4FRBNG9ATRSC3ZK9-15654.parquet',1,0);
INSERT INTO "sealed_files" VALUES('tickets','prediction','2026-11-07','sealed/kind=prediction/date=2026-11-07/01M8A2JZJVX74N54SKX8CTSJZ5-15654.parquet',1,0);
INSERT INTO "sealed_files" VALUES('tickets','prediction','2026-11-12','sealed/kind=prediction/date=2026-11-12/01M8A2JZA6QRFAPPWKVZGJMMTZ-15654.parquet',2,0);
CREATE TABLE sealed_segments (
    task TEXT NOT NULL, segment TEXT NOT NULL, end_offset INTEGER NOT NULL, torn_bytes INTEGER NOT NULL,
    sealed_at_s REAL NOT NULL, problem TEXT NOT NULL DEFAULT '', PRIMARY KEY (task, segment)
) WITHOUT ROWID;
INSERT INTO "sealed_segments" VALUES('tickets','01M8A2JZA6QRFAPPWKVZGJMMTZ-15654.seg',482,0,1.79449220212345600129e+09,'');
INSERT INTO "sealed_segments" VALUES('tickets','01M8A2JZJVX74N54SKX8CTSJZ5-15654.seg',245,0,1.79449220212345600129e+09,'');
INSERT INTO "sealed_segments" VALUES('tickets','01M8A2JZJW4FRBNG9ATRSC3ZK9-15654.seg',134,0,1.79449220212345600129e+09,'');
CREATE INDEX events_of_task ON events (task, kind, seq);
COMMIT;
