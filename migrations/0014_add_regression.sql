-- Runs that predict a number: what it is (target), by how much it is missed, and what that comes to in an epoch.
ALTER TABLE dataset ADD COLUMN task TEXT NOT NULL DEFAULT 'classification';
ALTER TABLE instance ADD COLUMN target REAL;
ALTER TABLE block ADD COLUMN residual BLOB;
ALTER TABLE instance_summary ADD COLUMN mean_abs_residual REAL;
ALTER TABLE instance_summary ADD COLUMN last_residual REAL;

CREATE TABLE regression_epoch (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  part TEXT NOT NULL,
  shot TEXT NOT NULL,
  instances INTEGER NOT NULL,
  mse REAL,
  mae REAL,
  geometric_mean REAL,
  pearson REAL,
  balanced_mae REAL,
  checksum INTEGER,
  PRIMARY KEY (run_id, epoch, part, shot)
) STRICT, WITHOUT ROWID;
