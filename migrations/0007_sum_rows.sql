-- What influence --save writes and claims get checksums, too. The key of a split is also the index by which the newest
-- run of a seed is found; as in 0006, the table is made anew.
ALTER TABLE influence ADD COLUMN checksum INTEGER;
ALTER TABLE loss_change ADD COLUMN checksum INTEGER;
ALTER TABLE claim ADD COLUMN checksum INTEGER;
PRAGMA legacy_alter_table = ON;
CREATE TABLE split_by_seed (
  split_id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  seed INTEGER NOT NULL,
  test_fraction REAL NOT NULL,
  stratified INTEGER NOT NULL,
  test BLOB NOT NULL,
  given INTEGER NOT NULL DEFAULT 0,
  sha256 TEXT NOT NULL,
  UNIQUE (dataset_id, seed, sha256, test_fraction, stratified)
) STRICT;
INSERT INTO split_by_seed (split_id, dataset_id, seed, test_fraction, stratified, test, given, sha256)
  SELECT split_id, dataset_id, seed, test_fraction, stratified, test, given, sha256 FROM split;
DROP TABLE split;
ALTER TABLE split_by_seed RENAME TO split;
PRAGMA legacy_alter_table = OFF;
