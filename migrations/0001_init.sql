CREATE TABLE dataset (
  dataset_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  label TEXT NOT NULL,
  missing TEXT NOT NULL,
  instances INTEGER NOT NULL,
  features INTEGER NOT NULL,
  classes INTEGER NOT NULL,
  feature_names TEXT NOT NULL,
  UNIQUE (name, sha256, label, missing)
) STRICT;

CREATE TABLE class (
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  class_index INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (dataset_id, class_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE instance (
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  position INTEGER NOT NULL,
  instance_id INTEGER NOT NULL,
  source_line INTEGER NOT NULL,
  class_index INTEGER NOT NULL,
  features TEXT,
  PRIMARY KEY (dataset_id, position),
  UNIQUE (dataset_id, instance_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE split (
  split_id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  seed INTEGER NOT NULL,
  test_fraction REAL NOT NULL,
  stratified INTEGER NOT NULL,
  test BLOB NOT NULL,
  UNIQUE (dataset_id, seed, test_fraction, stratified)
) STRICT;

CREATE TABLE split_class (
  split_id INTEGER NOT NULL REFERENCES split,
  class_index INTEGER NOT NULL,
  train_instances INTEGER NOT NULL,
  test_instances INTEGER NOT NULL,
  PRIMARY KEY (split_id, class_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE experiment (
  experiment_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL
) STRICT;

CREATE TABLE experiment_dataset (
  experiment_id INTEGER NOT NULL REFERENCES experiment,
  ordinal INTEGER NOT NULL,
  dataset TEXT NOT NULL,
  title TEXT NOT NULL,
  PRIMARY KEY (experiment_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE experiment_method (
  experiment_id INTEGER NOT NULL REFERENCES experiment,
  ordinal INTEGER NOT NULL,
  method TEXT NOT NULL,
  PRIMARY KEY (experiment_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE published (
  experiment_id INTEGER NOT NULL REFERENCES experiment,
  method TEXT NOT NULL,
  dataset TEXT NOT NULL,
  accuracy REAL NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (experiment_id, method, dataset)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  run_id INTEGER PRIMARY KEY,
  experiment_id INTEGER REFERENCES experiment,
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  split_id INTEGER NOT NULL REFERENCES split,
  model TEXT NOT NULL,
  method TEXT NOT NULL,
  seed INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'diverged', 'failed', 'interrupted')),
  message TEXT,
  settings TEXT NOT NULL,
  block_instances INTEGER NOT NULL,
  hardrow_version TEXT NOT NULL,
  git_commit TEXT,
  blas TEXT NOT NULL,
  blas_threads INTEGER NOT NULL,
  compiler TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  argv TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER
) STRICT;

CREATE INDEX run_by_subject ON run (dataset_id, split_id, method);

CREATE TABLE epoch (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  first_block INTEGER,
  train_loss REAL,
  train_accuracy REAL,
  test_loss REAL,
  test_accuracy REAL,
  test_balanced_error REAL,
  effective_sample_size REAL,
  seconds REAL NOT NULL,
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE class_epoch (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  class_index INTEGER NOT NULL,
  train_correct INTEGER NOT NULL,
  test_correct INTEGER NOT NULL,
  sampling_share REAL,
  weight_norm REAL,
  PRIMARY KEY (run_id, epoch, class_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE block (
  block_id INTEGER PRIMARY KEY,
  predicted BLOB NOT NULL,
  difficulty BLOB NOT NULL,
  weight BLOB NOT NULL,
  du BLOB NOT NULL,
  dl BLOB NOT NULL,
  draws BLOB NOT NULL,
  p BLOB NOT NULL
) STRICT;

CREATE TABLE weight (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  layer INTEGER NOT NULL,
  name TEXT NOT NULL,
  rows INTEGER NOT NULL,
  cols INTEGER NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (run_id, epoch, layer, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE instance_summary (
  run_id INTEGER NOT NULL REFERENCES run,
  instance_id INTEGER NOT NULL,
  part TEXT NOT NULL,
  class TEXT NOT NULL,
  p_true_mean REAL,
  p_true_sd REAL,
  correctness REAL,
  forgetting_events INTEGER,
  difficulty REAL,
  weight REAL,
  predicted TEXT,
  PRIMARY KEY (run_id, instance_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE dynamics_rows (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  instance_id INTEGER NOT NULL,
  part TEXT NOT NULL,
  class TEXT NOT NULL,
  predicted TEXT,
  p_true REAL,
  du REAL,
  dl REAL,
  difficulty REAL,
  weight REAL,
  draws INTEGER,
  probabilities TEXT,
  PRIMARY KEY (run_id, epoch, instance_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE float32_scale (
  exponent INTEGER PRIMARY KEY,
  scale REAL NOT NULL,
  hidden_bit INTEGER NOT NULL
) STRICT;

-- Powers of two by doubling and halving 1.0: exact whatever SQLite makes of decimal digits. Rows 256 to 510 are the
-- negative numbers; 255 and 511 (NaN and infinity) have none.
WITH RECURSIVE
  upward (exponent, scale) AS (
    VALUES (150, 1.0) UNION ALL SELECT exponent + 1, scale * 2.0 FROM upward WHERE exponent < 254),
  downward (exponent, scale) AS (
    VALUES (149, 0.5) UNION ALL SELECT exponent - 1, scale * 0.5 FROM downward WHERE exponent > 1),
  positive (exponent, scale, hidden_bit) AS (
    SELECT exponent, scale, 8388608 FROM upward UNION ALL SELECT exponent, scale, 8388608 FROM downward
    UNION ALL SELECT 0, scale, 0 FROM downward WHERE exponent = 1)
INSERT INTO float32_scale (exponent, scale, hidden_bit)
SELECT exponent, scale, hidden_bit FROM positive
UNION ALL SELECT exponent + 256, -scale, hidden_bit FROM positive;
