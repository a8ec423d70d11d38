-- Splits are told by their masks, data sets by what they were made of, runs by what makes them and by whom they are
-- written; checksums; what a run needs to go on. sha256() is the program's own.
ALTER TABLE dataset ADD COLUMN origin TEXT NOT NULL DEFAULT '';
UPDATE dataset SET origin = sha256 WHERE NOT EXISTS (
  SELECT 1 FROM run WHERE run.dataset_id = dataset.dataset_id
    -- SQLite 3.40 may crash on settings with an object for a key.
    AND CASE WHEN NOT EXISTS (SELECT 1 FROM json_each(run.settings) WHERE key GLOB '*[^a-z0-9_]*')
      THEN run.settings ->> '$.imbalance' <> 'none' END);
-- The key changes, so the table is made anew. Views must not be looked at while it is away.
PRAGMA legacy_alter_table = ON;
CREATE TABLE split_by_mask (
  split_id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  seed INTEGER NOT NULL,
  test_fraction REAL NOT NULL,
  stratified INTEGER NOT NULL,
  test BLOB NOT NULL,
  given INTEGER NOT NULL DEFAULT 0,
  sha256 TEXT NOT NULL,
  UNIQUE (dataset_id, sha256, seed, test_fraction, stratified)
) STRICT;
INSERT INTO split_by_mask (split_id, dataset_id, seed, test_fraction, stratified, test, given, sha256)
  SELECT split_id, dataset_id, seed, test_fraction, stratified, test, given, sha256(test) FROM split;
DROP TABLE split;
ALTER TABLE split_by_mask RENAME TO split;
PRAGMA legacy_alter_table = OFF;
CREATE TABLE writer (
  writer_id INTEGER PRIMARY KEY,
  host TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  pid_namespace INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  started INTEGER NOT NULL,
  seen_at_ms INTEGER NOT NULL
) STRICT;
ALTER TABLE run ADD COLUMN run_uid TEXT;
ALTER TABLE run ADD COLUMN run_key TEXT;
ALTER TABLE run ADD COLUMN source_run_id INTEGER REFERENCES run;
ALTER TABLE run ADD COLUMN chosen TEXT;
ALTER TABLE run ADD COLUMN writer_id INTEGER REFERENCES writer;
UPDATE run SET run_uid = lower(hex(randomblob(16)));
-- What older versions said in words.
UPDATE run SET
  source_run_id = (SELECT run_id FROM run AS source WHERE source.run_id =
    CAST(substr(run.message, instr(run.message, 'from the weights of run ') + 24) AS INTEGER)),
  chosen = CASE WHEN message LIKE '%-fold cross-validation%' THEN json_object(
    substr(message, 1, instr(message, ' ') - 1), CAST(substr(message, instr(message, ' ') + 1) AS REAL),
    'folds', CAST(substr(message, instr(message, ' by ') + 4) AS INTEGER)) END,
  message = NULL
WHERE status = 'done' AND (message LIKE '%from the weights of run %' OR message LIKE '%-fold cross-validation');
CREATE UNIQUE INDEX run_by_uid ON run (run_uid);
CREATE INDEX run_by_key ON run (run_key);
CREATE TABLE claim (
  experiment_id INTEGER NOT NULL REFERENCES experiment,
  run_key TEXT NOT NULL,
  writer_id INTEGER NOT NULL REFERENCES writer,
  PRIMARY KEY (experiment_id, run_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE state (
  run_id INTEGER NOT NULL REFERENCES run,
  part INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  saved_at_ms INTEGER NOT NULL,
  value BLOB NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (run_id, part)
) STRICT;
ALTER TABLE block ADD COLUMN checksum INTEGER;
ALTER TABLE weight ADD COLUMN checksum INTEGER;
ALTER TABLE epoch ADD COLUMN checksum INTEGER;
CREATE TABLE checksum (
  subject TEXT NOT NULL,
  id INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (subject, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_in_progress ON run (writer_id) WHERE status = 'running';
