-- Runs of other programs: what they call an instance, epochs with predictions of some instances only, and numbers of
-- their own.
CREATE TABLE instance_key (
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (dataset_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE partial_epoch (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  checksum INTEGER,
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE own_series (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  name TEXT NOT NULL,
  block INTEGER NOT NULL,
  value BLOB NOT NULL,
  checksum INTEGER,
  PRIMARY KEY (run_id, epoch, name, block)
) STRICT;
