-- Splits that are one of several folds. Two folds of a small data set can have one mask: the key knows them apart. As in
-- 0007, the table is made anew.
PRAGMA legacy_alter_table = ON;
CREATE TABLE split_by_fold (
  split_id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  seed INTEGER NOT NULL,
  test_fraction REAL NOT NULL,
  stratified INTEGER NOT NULL,
  test BLOB NOT NULL,
  given INTEGER NOT NULL DEFAULT 0,
  sha256 TEXT NOT NULL,
  folds INTEGER NOT NULL DEFAULT 0,
  fold INTEGER NOT NULL DEFAULT 0,
  UNIQUE (dataset_id, seed, sha256, test_fraction, stratified, folds, fold)
) STRICT;
INSERT INTO split_by_fold (split_id, dataset_id, seed, test_fraction, stratified, test, given, sha256)
  SELECT split_id, dataset_id, seed, test_fraction, stratified, test, given, sha256 FROM split;
DROP TABLE split;
ALTER TABLE split_by_fold RENAME TO split;
PRAGMA legacy_alter_table = OFF;
CREATE TRIGGER split_has_parts AFTER INSERT ON split BEGIN
  INSERT INTO split_part (split_id, word, test)
    SELECT new.split_id, position >> 6, sum((substr(new.test, position + 1, 1) = x'01') << (position & 63))
    FROM instance WHERE dataset_id = new.dataset_id GROUP BY position >> 6;
END;
