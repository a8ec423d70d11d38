-- The tables of a hardrow file, for readers. The program runs migrations/, not this file; a test holds the two equal.
-- Ask the views of views.sql first: they speak of names and numbers, the tables of keys and blobs.
--
-- Indices count from 0. REAL columns are NULL where a number is not known or not finite.

-- A data set as it was read: other bytes, another label column or another treatment of missing values is another row.
CREATE TABLE dataset (
  dataset_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,          -- of the file
  label TEXT NOT NULL,           -- column of the class
  missing TEXT NOT NULL,         -- what was done about missing values: error, mean, drop
  instances INTEGER NOT NULL,
  features INTEGER NOT NULL,
  classes INTEGER NOT NULL,
  origin TEXT NOT NULL DEFAULT '', -- sha256 of the file that was read, whatever an imbalance made of it; '' not known
  task TEXT NOT NULL DEFAULT 'classification', -- or regression: the label is a number, the classes are bins of it
  instance_bytes INTEGER NOT NULL DEFAULT 0, -- of an instance in feature_block; 0: its features are not in this file
  UNIQUE (name, sha256, label, missing)
) STRICT;

CREATE INDEX dataset_by_origin ON dataset (origin, label, missing);

CREATE TABLE class (
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  class_index INTEGER NOT NULL,  -- in the order of scikit-learn: sorted, as numbers if all are integers
  name TEXT NOT NULL,
  PRIMARY KEY (dataset_id, class_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE instance (
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  position INTEGER NOT NULL,     -- among those that were not dropped: the order of everything in block and split
  instance_id INTEGER NOT NULL,  -- data row of the file
  source_line INTEGER NOT NULL,  -- line of the file, from 1; 0: a program logged it
  class_index INTEGER NOT NULL,
  subclass TEXT,                 -- the class before relabelling; NULL if not relabelled
  flipped_from TEXT,             -- the class before 'flip-labels' made it wrong; NULL if it did not
  target REAL,                   -- the label of a regression; NULL of a classification
  PRIMARY KEY (dataset_id, position),
  UNIQUE (dataset_id, instance_id)
) STRICT, WITHOUT ROWID;

-- What a program that logs runs calls its instances, if that is no number.
CREATE TABLE instance_key (
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  position INTEGER NOT NULL,     -- as in instance
  name TEXT NOT NULL,
  PRIMARY KEY (dataset_id, position)
) STRICT, WITHOUT ROWID;

-- What the models see, before it is scaled: X[position, feature_index].
CREATE TABLE feature (
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  feature_index INTEGER NOT NULL,
  name TEXT NOT NULL,            -- of the column; with a level "column=level"
  level TEXT,                    -- the feature is 1 where the column has this text, else 0; NULL: it is a number
  storage TEXT CHECK (storage IN ('uint8', 'uint16', 'uint32', 'float32', 'float64')), -- NULL: not in feature_block
  place INTEGER NOT NULL,        -- of its first byte among the instance_bytes of an instance
  low INTEGER NOT NULL,          -- the number is (low + unsigned integer) / divisor, NULL if all bits are set; a float
  divisor REAL NOT NULL,         -- stands as it is, NaN means NULL
  PRIMARY KEY (dataset_id, feature_index)
) STRICT, WITHOUT ROWID;

-- The numbers of 64 instances: instance `position` stands in block position / 64 at position % 64. Little-endian.
CREATE TABLE feature_block (
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  block INTEGER NOT NULL,
  value BLOB NOT NULL,           -- instance_bytes of each instance
  checksum INTEGER,              -- of this row; NULL in older versions' rows
  PRIMARY KEY (dataset_id, block)
) STRICT;

-- Which instances train and which test; all methods of one comparison share the row. Another mask is another split.
CREATE TABLE split (
  split_id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  seed INTEGER NOT NULL,
  test_fraction REAL NOT NULL,
  stratified INTEGER NOT NULL,   -- 0 or 1
  test BLOB NOT NULL,            -- one byte per position: 0 trains, 1 tests, 2 is of the meta set
  given INTEGER NOT NULL DEFAULT 0, -- 1: the test part came with the data set, test_fraction is its share
  sha256 TEXT NOT NULL,          -- of test
  folds INTEGER NOT NULL DEFAULT 0, -- 0: the test part is no fold; else test_fraction is 1 / folds
  fold INTEGER NOT NULL DEFAULT 0,  -- 0 .. folds - 1
  UNIQUE (dataset_id, seed, sha256, test_fraction, stratified, folds, fold)
) STRICT;

-- The same mask for SQL: bit i (from the lowest) of word w is position 64 * w + i.
CREATE TABLE split_part (
  split_id INTEGER NOT NULL REFERENCES split,
  word INTEGER NOT NULL,
  test INTEGER NOT NULL,
  meta INTEGER NOT NULL DEFAULT 0, -- instances that weigh the others (loss meta-reweight): they neither train nor test
  PRIMARY KEY (split_id, word)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER split_has_parts AFTER INSERT ON split BEGIN
  INSERT INTO split_part (split_id, word, test, meta)
    SELECT new.split_id, position >> 6, sum((substr(new.test, position + 1, 1) = x'01') << (position & 63)),
      sum((substr(new.test, position + 1, 1) = x'02') << (position & 63))
    FROM instance WHERE dataset_id = new.dataset_id GROUP BY position >> 6;
END;

CREATE TABLE split_class (
  split_id INTEGER NOT NULL REFERENCES split,
  class_index INTEGER NOT NULL,
  train_instances INTEGER NOT NULL,
  test_instances INTEGER NOT NULL,
  PRIMARY KEY (split_id, class_index)
) STRICT, WITHOUT ROWID;

-- A sweep.
CREATE TABLE experiment (
  experiment_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL           -- the text of its file
) STRICT;

-- The rows of its accuracy table.
CREATE TABLE experiment_dataset (
  experiment_id INTEGER NOT NULL REFERENCES experiment,
  ordinal INTEGER NOT NULL,
  dataset TEXT NOT NULL,
  title TEXT NOT NULL,
  PRIMARY KEY (experiment_id, ordinal)
) STRICT, WITHOUT ROWID;

-- The columns of its accuracy table.
CREATE TABLE experiment_method (
  experiment_id INTEGER NOT NULL REFERENCES experiment,
  ordinal INTEGER NOT NULL,
  method TEXT NOT NULL,
  PRIMARY KEY (experiment_id, ordinal)
) STRICT, WITHOUT ROWID;

-- Figures of others to stand beside ours.
CREATE TABLE published (
  experiment_id INTEGER NOT NULL REFERENCES experiment,
  method TEXT NOT NULL,
  dataset TEXT NOT NULL,
  metric TEXT NOT NULL,          -- accuracy, or a heading of a report: class ratio, even majority
  value REAL NOT NULL,           -- as printed: per cent, or a ratio
  source TEXT NOT NULL,
  PRIMARY KEY (experiment_id, method, dataset, metric)
) STRICT, WITHOUT ROWID;

-- A process that has written to the file. Whether it is alive: same host, boot and namespace, and a process of that
-- number and start; elsewhere by its last commit.
CREATE TABLE writer (
  writer_id INTEGER PRIMARY KEY,
  host TEXT NOT NULL,
  boot_id TEXT NOT NULL,         -- of the kernel
  pid_namespace INTEGER NOT NULL,
  pid INTEGER NOT NULL,
  started INTEGER NOT NULL,      -- clock ticks from boot to the start of the process
  seen_at_ms INTEGER NOT NULL    -- its last commit, since 1970-01-01 UTC
) STRICT;

CREATE TABLE run (
  run_id INTEGER PRIMARY KEY,
  experiment_id INTEGER REFERENCES experiment,
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  split_id INTEGER NOT NULL REFERENCES split,
  model TEXT NOT NULL,
  method TEXT NOT NULL,
  seed INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'diverged', 'failed', 'interrupted')),
  message TEXT,                  -- why it is not done, or no better than guessing
  settings TEXT NOT NULL,        -- JSON object: the whole configuration
  block_instances INTEGER NOT NULL,  -- instances of a full block
  hardrow_version TEXT NOT NULL,
  git_commit TEXT,
  blas TEXT NOT NULL,
  blas_threads INTEGER NOT NULL,
  compiler TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  argv TEXT NOT NULL,            -- JSON array
  started_at_ms INTEGER NOT NULL,  -- since 1970-01-01 UTC
  finished_at_ms INTEGER,
  run_uid TEXT,                  -- random, the same in every file that the run is copied to
  run_key TEXT,                  -- sha256 of what makes it; NULL in runs of older versions and imports
  source_run_id INTEGER REFERENCES run,  -- the run whose weights were adjusted
  chosen TEXT,                   -- JSON object: what cross-validation chose
  writer_id INTEGER REFERENCES writer,
  run_name TEXT,                 -- what people call it, and what they note about it; not part of run_key
  note TEXT,
  threads INTEGER                -- that shared its work when it began; NULL in runs of older versions
) STRICT;

CREATE INDEX run_by_subject ON run (dataset_id, split_id, method);
CREATE UNIQUE INDEX run_by_uid ON run (run_uid);
CREATE INDEX run_by_key ON run (run_key);
CREATE INDEX run_in_progress ON run (writer_id) WHERE status = 'running';

-- Runs of a sweep that a process is about to train.
CREATE TABLE claim (
  experiment_id INTEGER NOT NULL REFERENCES experiment,
  run_key TEXT NOT NULL,         -- as in run
  writer_id INTEGER NOT NULL REFERENCES writer,
  checksum INTEGER,              -- of this row
  PRIMARY KEY (experiment_id, run_key)
) STRICT, WITHOUT ROWID;

-- All that a run needs to go on after `epoch`, in parts of at most 64 MiB.
CREATE TABLE state (
  run_id INTEGER NOT NULL REFERENCES run,
  part INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  saved_at_ms INTEGER NOT NULL,
  value BLOB NOT NULL,
  checksum INTEGER NOT NULL,     -- of this row
  PRIMARY KEY (run_id, part)
) STRICT;

CREATE TABLE epoch (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,        -- from 1
  first_block INTEGER,           -- NULL: this epoch's instances were not recorded
  train_loss REAL,
  train_accuracy REAL,
  test_loss REAL,
  test_accuracy REAL,
  test_balanced_error REAL,
  effective_sample_size REAL,
  seconds REAL NOT NULL,
  train_balanced_error REAL,     -- mean over the part's classes of the error rate; of F1 in macro_f1
  train_macro_f1 REAL,
  test_macro_f1 REAL,
  train_calibration_error REAL,  -- expected calibration error, 15 bins of the highest probability
  test_calibration_error REAL,
  test_many_shot_accuracy REAL,  -- mean accuracy of the classes with more than 100 training instances
  test_medium_shot_accuracy REAL, -- 20 to 100
  test_few_shot_accuracy REAL,   -- fewer than 20
  checksum INTEGER,              -- of the epoch's rows of class_epoch and this one; NULL in older versions' rows
  draws_bytes INTEGER NOT NULL DEFAULT 2, -- of a number in block.draws: 4 where one is above 65534; not in the checksum
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE class_epoch (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  class_index INTEGER NOT NULL,
  train_correct INTEGER NOT NULL,
  test_correct INTEGER NOT NULL,
  sampling_share REAL,           -- of the epoch's draws
  weight_norm REAL,              -- of the class's weight vector in the last layer
  PRIMARY KEY (run_id, epoch, class_index)
) STRICT, WITHOUT ROWID;

-- Epochs of runs that another program logged, and in which it predicted some instances only. Those that are not seen
-- have NaN for p, du and dl, and 65535 for predicted; metrics and class_epoch count those that are.
CREATE TABLE partial_epoch (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  seen INTEGER NOT NULL,         -- so many
  checksum INTEGER,              -- of this row
  PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

-- Numbers of the instances that such a program has logged, as its own losses, in blocks as those of `block`.
CREATE TABLE own_series (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  name TEXT NOT NULL,
  block INTEGER NOT NULL,        -- position / block_instances
  value BLOB NOT NULL,           -- float32 (m); NaN: none
  checksum INTEGER,              -- of this row
  PRIMARY KEY (run_id, epoch, name, block)
) STRICT;

-- What every instance did in every recorded epoch. The instance at `position` is number position % block_instances of
-- the block epoch.first_block + position / block_instances; the last block of an epoch is shorter. m is the block's
-- number of instances. Little-endian; NaN means NULL.
CREATE TABLE block (
  block_id INTEGER PRIMARY KEY,
  predicted BLOB NOT NULL,       -- uint16 (m) class index, 65535 unknown
  difficulty BLOB NOT NULL,      -- float32 (m)
  weight BLOB NOT NULL,          -- float32 (m), 1 is uniform; NaN for test instances
  du BLOB NOT NULL,              -- float32 (m)
  dl BLOB NOT NULL,              -- float32 (m)
  draws BLOB NOT NULL,           -- uint16 (m), 65535 unknown; uint32 (m), 4294967295 unknown, where epoch.draws_bytes is 4
  p BLOB NOT NULL,               -- float32 (classes, m), class by class
  checksum INTEGER,              -- of the series one after the other, as src/db/series.h lists them; NULL in older versions' rows
  residual BLOB                  -- float32 (m) prediction less target, of a regression, which has no bytes of predicted and p; else NULL
) STRICT;

-- How far the predictions of a regression are off, in the label's unit.
CREATE TABLE regression_epoch (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  part TEXT NOT NULL,            -- train or test
  shot TEXT NOT NULL,            -- all; many, medium, few: those whose bin has more than 100, 20 to 100, fewer training instances
  instances INTEGER NOT NULL,    -- so many of the part
  mse REAL,                      -- mean of residual^2
  mae REAL,                      -- mean of |residual|
  geometric_mean REAL,           -- of |residual|
  pearson REAL,                  -- correlation of predictions and targets
  balanced_mae REAL,             -- mean over the bins of their mae
  checksum INTEGER,              -- of this row
  PRIMARY KEY (run_id, epoch, part, shot)
) STRICT, WITHOUT ROWID;

-- The matrices of the model.
CREATE TABLE weight (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,        -- 0: what training begins with, the scaling of the features too
  layer INTEGER NOT NULL,
  name TEXT NOT NULL,            -- weight, bias, mean_feature (of the cosine classifier); at epoch 0 scale_mean, scale_sd, curriculum_loss
  rows INTEGER NOT NULL,
  cols INTEGER NOT NULL,
  value BLOB NOT NULL,           -- float64 (rows, cols), little-endian, row-major
  checksum INTEGER,              -- of this row; NULL in older versions' rows
  PRIMARY KEY (run_id, epoch, layer, name)
) STRICT, WITHOUT ROWID;

-- One row per run and instance, written at the end of the run.
CREATE TABLE instance_summary (
  run_id INTEGER NOT NULL REFERENCES run,
  instance_id INTEGER NOT NULL,
  part TEXT NOT NULL,            -- train, test or meta
  class TEXT NOT NULL,
  p_true_mean REAL,              -- mean and standard deviation over the epochs of the true class's probability
  p_true_sd REAL,
  correctness REAL,              -- share of the epochs in which it was predicted right
  forgetting_events INTEGER,     -- how often it went from right to wrong; NULL if it was never predicted right
  difficulty REAL,               -- difficulty, weight and predicted class after the last epoch
  weight REAL,
  predicted TEXT,
  mean_loss REAL,                -- mean over the epochs of -ln p_true; those below are NULL in files of older versions
  last_loss REAL,                -- -ln p_true after the last epoch
  aum REAL,                      -- mean over the epochs of ln p_true - ln of the likeliest other class
  el2n REAL,                     -- after epoch el2n-epoch: distance of the probabilities from the true class's corner
  ever_learned INTEGER,          -- 1: it was predicted right in some epoch
  never_learned INTEGER GENERATED ALWAYS AS (1 - ever_learned) VIRTUAL,
  first_learned INTEGER,         -- the first epoch in which it was predicted right
  unlearned_epochs INTEGER,      -- epochs in which p_true fell by more than 0.00001
  grand REAL,                    -- norm of the last layer's gradient by its loss, at the weights before epoch el2n-epoch
  mean_abs_residual REAL,        -- of a regression, which has none of the others but difficulty, weight and the losses,
  last_residual REAL,            -- here squared residuals: mean of |residual|, and residual after the last epoch
  PRIMARY KEY (run_id, instance_id)
) STRICT, WITHOUT ROWID;

-- The rows of the view dynamics, for runs that 'hardrow materialize' was asked for.
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

-- What 'hardrow influence --instance I --save' was asked for: does a step on training_instance_id help instance_id?
CREATE TABLE influence (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,        -- whose weights
  instance_id INTEGER NOT NULL,  -- of either part
  training_instance_id INTEGER NOT NULL,
  inner_product REAL,            -- of their loss gradients
  checksum INTEGER,              -- of this row; NULL in older versions' rows
  PRIMARY KEY (run_id, epoch, instance_id, training_instance_id)
) STRICT, WITHOUT ROWID;

-- What 'hardrow influence --save' was asked for: a change of loss that is predicted to first order.
CREATE TABLE loss_change (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,        -- by this epoch's draws, at the weights of the epoch before
  instance_id INTEGER NOT NULL,
  predicted REAL,                -- below 0: it is helped
  checksum INTEGER,              -- of this row; NULL in older versions' rows
  PRIMARY KEY (run_id, epoch, instance_id)
) STRICT, WITHOUT ROWID;

-- Checksums of rows that are written once or seldom changed: of a data set (its row, classes and instances), of a split,
-- of a run, of its summary (measures and gradients: of its later columns), of an experiment with its lists, of a writer.
CREATE TABLE checksum (
  subject TEXT NOT NULL,         -- dataset, split, run, summary, measures, gradients, experiment, writer
  id INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (subject, id)
) STRICT, WITHOUT ROWID;

-- For f32() of views.sql: a float32 is (hidden_bit + lower 23 bits) * scale, looked up by its upper 9 bits.
CREATE TABLE float32_scale (
  exponent INTEGER PRIMARY KEY,  -- sign bit and 8 exponent bits; no rows 255 and 511: NaN and infinity become NULL
  scale REAL NOT NULL,           -- a power of two, negative from 256 on
  hidden_bit INTEGER NOT NULL    -- 0 for zero and subnormal numbers, else 2^23
) STRICT;

-- For features of float64: significand * scale * 2^((exponent - 1) % 32), the scale looked up by (exponent - 1) / 32.
CREATE TABLE float64_scale (
  exponent INTEGER PRIMARY KEY,
  scale REAL NOT NULL            -- 2^(32 * exponent - 1074)
) STRICT;
