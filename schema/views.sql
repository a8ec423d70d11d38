-- The public interface of a hardrow file: these views, the same in every SQLite client.
--
-- The build turns f32(), utc(), series() and others into core SQL: src/sql/embed.py says which. CROSS JOIN fixes the order
-- of the loops: any other order reads every block, this one turns a WHERE on run_id, epoch or instance_id into seeks.
-- Conditions stand in WHERE, for DuckDB. Every column has a type, by CAST where it is computed: BIGINT and DOUBLE, which are 64
-- bits in every dialect.

-- One row per run. The metrics are those of its last epoch, as fractions. JSON that hardrow has not written is NULL: SQLite
-- 3.40 can crash on it (src/sql/embed.py: json_flat, json_numbers).
CREATE VIEW runs AS
SELECT
  run.run_id,
  experiment.name AS experiment,
  dataset.name AS dataset,
  run.model,
  run.method,
  run.seed,
  split.seed AS split_seed,
  run.status,
  CAST(coalesce(last.epoch, 0) AS BIGINT) AS epochs,
  last.train_accuracy,
  last.test_accuracy,
  last.test_balanced_error,
  run.message,
  CAST(utc(run.started_at_ms) AS TEXT) AS started_at,
  CAST(utc(run.finished_at_ms) AS TEXT) AS finished_at,
  CAST(json_flat(run.settings) AS TEXT) AS settings,
  run.hardrow_version,
  run.git_commit,
  run.blas,
  run.blas_threads,
  run.compiler,
  run.host,
  CAST(json_flat(run.argv) AS TEXT) AS argv,
  split.test_fraction,
  split.stratified,
  split.given AS test_part_given,
  run.dataset_id,
  run.split_id,
  run.experiment_id,
  last.train_balanced_error,
  last.train_macro_f1,
  last.test_macro_f1,
  last.train_calibration_error,
  last.test_calibration_error,
  last.test_many_shot_accuracy,
  last.test_medium_shot_accuracy,
  last.test_few_shot_accuracy,
  run.source_run_id,
  CAST(json_flat(run.chosen) AS TEXT) AS chosen,
  run.run_uid,
  run.run_key,
  split.folds,
  split.fold,
  dataset.task,
  CAST((SELECT mse FROM regression_epoch AS off WHERE off.run_id = run.run_id AND off.epoch = last.epoch AND off.part = 'test'
    AND off.shot = 'all') AS DOUBLE) AS test_mse,
  CAST((SELECT mae FROM regression_epoch AS off WHERE off.run_id = run.run_id AND off.epoch = last.epoch AND off.part = 'test'
    AND off.shot = 'all') AS DOUBLE) AS test_mae,
  run.run_name,
  run.note,
  run.threads
FROM run
JOIN dataset ON dataset.dataset_id = run.dataset_id
JOIN split ON split.split_id = run.split_id
LEFT JOIN experiment ON experiment.experiment_id = run.experiment_id
LEFT JOIN epoch AS last ON last.run_id = run.run_id
  AND last.epoch = (SELECT max(epoch.epoch) FROM epoch WHERE epoch.run_id = run.run_id);

-- The runs that ended, done or diverged. is_newest: 1 if none of the same experiment, data, model, method, split seed, fold
-- and seed is newer; one made by 'hardrow adjust' (source_run_id is not NULL) takes no trained one's place.
-- is_on_newest_data: 1 if no run of the experiment is on newer data of the same name. Data is what was read, from a file
-- of the same bytes in the same way, whatever an imbalance then left out; an adjusted run is as old as its source.
CREATE VIEW ended_runs AS
SELECT
  runs.*,
  CAST(NOT EXISTS (
    SELECT 1 FROM dataset AS same CROSS JOIN split CROSS JOIN run AS newer
    WHERE same.name = dataset.name
      AND (same.origin, same.label, same.missing, same.task)
        = (dataset.origin, dataset.label, dataset.missing, dataset.task)
      AND split.dataset_id = same.dataset_id AND split.seed = runs.split_seed
      AND split.folds = runs.folds AND split.fold = runs.fold
      AND newer.dataset_id = same.dataset_id AND newer.split_id = split.split_id AND newer.method = runs.method
      AND coalesce(newer.experiment_id, 0) = coalesce(runs.experiment_id, 0) AND newer.model = runs.model
      AND newer.seed = runs.seed AND newer.status IN ('done', 'diverged')
      AND (newer.source_run_id IS NULL, newer.run_id) > (runs.source_run_id IS NULL, runs.run_id)
  ) AS BIGINT) AS is_newest,
  -- Only where a name has several contents are all runs looked at, once.
  CAST(dataset.name NOT IN (
    SELECT name FROM dataset GROUP BY name
    HAVING min(origin) <> max(origin) OR min(label) <> max(label) OR min(missing) <> max(missing)
  ) OR runs.run_id IN (
    SELECT run_id FROM (
      SELECT run.run_id,
        max(coalesce(run.source_run_id, run.run_id)) OVER (PARTITION BY run.experiment_id, dataset.name) AS newest,
        max(coalesce(run.source_run_id, run.run_id)) OVER (
          PARTITION BY run.experiment_id, dataset.name, dataset.origin, dataset.label, dataset.missing) AS newest_here
      FROM run JOIN dataset ON dataset.dataset_id = run.dataset_id
      WHERE run.status IN ('done', 'diverged')) AS dated
    WHERE newest = newest_here
  ) AS BIGINT) AS is_on_newest_data
FROM runs
JOIN dataset ON dataset.dataset_id = runs.dataset_id
WHERE runs.status IN ('done', 'diverged');

-- The runs that count: trained and adjusted, done and diverged.
CREATE VIEW current_runs AS
SELECT * FROM ended_runs WHERE is_newest = 1 AND is_on_newest_data = 1;

-- One row per run and epoch. recorded: 1 if its instances are in dynamics. seen: how many instances it has predictions of,
-- where that is not all: metrics are of these.
CREATE VIEW epochs AS
SELECT
  run_id,
  epoch,
  train_loss,
  train_accuracy,
  test_loss,
  test_accuracy,
  test_balanced_error,
  effective_sample_size,
  seconds,
  CAST(first_block IS NOT NULL AS BIGINT) AS recorded,
  train_balanced_error,
  train_macro_f1,
  test_macro_f1,
  train_calibration_error,
  test_calibration_error,
  test_many_shot_accuracy,
  test_medium_shot_accuracy,
  test_few_shot_accuracy,
  CAST((SELECT partial.seen FROM partial_epoch AS partial
    WHERE partial.run_id = epoch.run_id AND partial.epoch = epoch.epoch) AS BIGINT) AS seen
FROM epoch;

-- One row per run, epoch, part and class; no rows for a test part without instances. sampling_share is about training.
CREATE VIEW class_epochs AS
SELECT
  class_epoch.run_id,
  class_epoch.epoch,
  CAST(part.part AS TEXT) AS part,
  class.name AS class,
  CAST(CASE part.part WHEN 'train' THEN split_class.train_instances ELSE split_class.test_instances END AS BIGINT)
    AS instances,
  CAST(CASE part.part WHEN 'train' THEN class_epoch.train_correct ELSE class_epoch.test_correct END AS BIGINT) AS correct,
  CAST(CASE part.part WHEN 'train' THEN class_epoch.sampling_share END AS DOUBLE) AS sampling_share,
  class_epoch.weight_norm
FROM class_epoch
CROSS JOIN run
CROSS JOIN split_class
CROSS JOIN class
CROSS JOIN (SELECT 'train' AS part UNION ALL SELECT 'test') AS part
WHERE run.run_id = class_epoch.run_id
  AND split_class.split_id = run.split_id AND split_class.class_index = class_epoch.class_index
  AND class.dataset_id = run.dataset_id AND class.class_index = class_epoch.class_index
  AND (part.part = 'train'
    OR EXISTS (SELECT 1 FROM split_class AS tested WHERE tested.split_id = run.split_id AND tested.test_instances > 0));

-- One row per run of a classification, recorded epoch and instance, of every part: train, test, or meta (which weighs the
-- others). Decoded from the blocks, but for epochs whose first
-- instance has a row in dynamics_rows: whatever 'hardrow materialize' wrote comes from there.
CREATE VIEW dynamics AS
SELECT
  epoch.run_id,
  epoch.epoch,
  instance.instance_id,
  CAST(coalesce(plain.part, CASE (
    SELECT (split_part.test >> (instance.position & 63) & 1) + 2 * (split_part.meta >> (instance.position & 63) & 1)
    FROM split_part WHERE split_part.split_id = run.split_id AND split_part.word = instance.position >> 6)
    WHEN 1 THEN 'test' WHEN 2 THEN 'meta' ELSE 'train' END) AS TEXT) AS part,
  class.name AS class,
  series(dynamics),
  CAST(CASE WHEN plain.run_id IS NULL THEN (
    SELECT '[' || group_concat(CASE WHEN in_order.p IS NULL THEN 'null' ELSE printf('%!.17g', in_order.p) END, ',') || ']'
    FROM (
      SELECT p(class.class_index) AS p FROM class CROSS JOIN block AS stored
      WHERE class.dataset_id = run.dataset_id AND stored.block_id = block.block_id
      ORDER BY class.class_index) AS in_order)
    ELSE plain.probabilities END AS TEXT) AS probabilities
FROM epoch
CROSS JOIN run
CROSS JOIN dataset
LEFT JOIN instance AS first ON first.dataset_id = run.dataset_id AND first.position = 0
LEFT JOIN dynamics_rows AS plain_first ON plain_first.run_id = epoch.run_id AND plain_first.epoch = epoch.epoch
  AND plain_first.instance_id = first.instance_id
CROSS JOIN instance
LEFT JOIN class ON class.dataset_id = run.dataset_id AND class.class_index = instance.class_index
CROSS JOIN block
LEFT JOIN dynamics_rows AS plain ON plain.run_id = plain_first.run_id AND plain.epoch = plain_first.epoch
  AND plain.instance_id = instance.instance_id
WHERE run.run_id = epoch.run_id AND dataset.dataset_id = run.dataset_id AND instance.dataset_id = run.dataset_id
  AND dataset.task = 'classification'
  AND block.block_id = epoch.first_block + quotient(instance.position, run.block_instances);

-- One row per run of a regression, recorded epoch and instance, of both parts. residual is the prediction less the target,
-- in the label's unit, loss its square, bin the one of the target. du and dl are ours, not the paper's, which has none for
-- numbers: the rise and the fall of |residual| / (deviation of the targets of the training part) from epoch to epoch.
CREATE VIEW regression_dynamics AS
SELECT
  epoch.run_id,
  epoch.epoch,
  instance.instance_id,
  CAST(CASE (
    SELECT (split_part.test >> (instance.position & 63) & 1) + 2 * (split_part.meta >> (instance.position & 63) & 1)
    FROM split_part WHERE split_part.split_id = run.split_id AND split_part.word = instance.position >> 6)
    WHEN 1 THEN 'test' WHEN 2 THEN 'meta' ELSE 'train' END AS TEXT) AS part,
  instance.target,
  CAST(instance.target + stored_real(residual) AS DOUBLE) AS predicted,
  CAST(stored_real(residual) AS DOUBLE) AS residual,
  CAST((SELECT error.residual * error.residual FROM (SELECT stored_real(residual) AS residual LIMIT 1) AS error) AS DOUBLE)
    AS loss,
  series(both),
  class.name AS bin
FROM epoch
CROSS JOIN run
CROSS JOIN dataset
CROSS JOIN instance
LEFT JOIN class ON class.dataset_id = run.dataset_id AND class.class_index = instance.class_index
CROSS JOIN block
WHERE run.run_id = epoch.run_id AND dataset.dataset_id = run.dataset_id AND instance.dataset_id = run.dataset_id
  AND dataset.task = 'regression'
  AND block.block_id = epoch.first_block + quotient(instance.position, run.block_instances);

-- One row per run of a regression, epoch, part and shot: all instances of the part, or those whose bin has many (more than
-- 100), medium, few (fewer than 20) instances in the training part. All are of residuals, in the label's unit.
CREATE VIEW regression_metrics AS
SELECT run_id, epoch, part, shot, instances, mse, mae, geometric_mean, pearson, balanced_mae
FROM regression_epoch;

-- One row per run of a classification, recorded epoch, instance and class.
CREATE VIEW predictions AS
SELECT
  epoch.run_id,
  epoch.epoch,
  instance.instance_id,
  class.name AS class,
  CAST((SELECT p(class.class_index) FROM block AS stored WHERE stored.block_id = block.block_id) AS DOUBLE) AS probability
FROM epoch
CROSS JOIN run
CROSS JOIN dataset
CROSS JOIN instance
CROSS JOIN block
CROSS JOIN class
WHERE run.run_id = epoch.run_id AND dataset.dataset_id = run.dataset_id AND instance.dataset_id = run.dataset_id
  AND dataset.task = 'classification'
  AND block.block_id = epoch.first_block + quotient(instance.position, run.block_instances)
  AND class.dataset_id = run.dataset_id;

-- One row per run, epoch, instance and series that the program which logged the run has given it, as its own losses.
CREATE VIEW instance_series AS
SELECT run_id, epoch, instance_id, name, value
FROM (
  SELECT
    own_series.run_id,
    own_series.epoch,
    instance.instance_id,
    own_series.name,
    CAST(f32(own_series.value, instance.position - own_series.block * run.block_instances) AS DOUBLE) AS value
  FROM own_series
  CROSS JOIN run
  CROSS JOIN instance
  WHERE run.run_id = own_series.run_id AND instance.dataset_id = run.dataset_id
    AND instance.position >= own_series.block * run.block_instances
    AND instance.position < (own_series.block + 1) * run.block_instances) AS decoded
WHERE value IS NOT NULL;

-- One row per data set and instance. instance_id is the 0-based data row of the CSV, position counts those that were not left
-- out (missing values, imbalance). source_line is NULL of what a program logged. subclass is the class before relabelling.
-- features: a JSON object by the names of the columns, NULL if the file does not hold them; of a text column its text, absent
-- if it is missing.
CREATE VIEW instances AS
SELECT
  dataset.name AS dataset,
  instance.instance_id,
  CAST(nullif(instance.source_line, 0) AS BIGINT) AS source_line,
  class.name AS class,
  CAST(CASE WHEN dataset.instance_bytes > 0 THEN (
    SELECT '{' || coalesce(group_concat(json_quote(part.name) || ':' || part.text, ','), '') || '}'
    FROM (
      SELECT
        CASE WHEN number.level IS NULL THEN number.name
          ELSE substring(number.name, 1, length(number.name) - length(number.level) - 1) END AS name,
        CASE WHEN number.level IS NOT NULL THEN json_quote(number.level)
          WHEN number.value IS NULL THEN 'null'
          WHEN abs(number.value) < 1000000000000000 AND number.value = CAST(number.value AS BIGINT)
            THEN CAST(CAST(number.value AS BIGINT) AS TEXT)
          WHEN number.value = CAST(printf('%!.15g', number.value) AS DOUBLE) THEN printf('%!.15g', number.value)
          ELSE printf('%!.17g', number.value) END AS text
      FROM (
        SELECT feature.name, feature.level, packed(feature) AS value, feature.feature_index
        FROM feature WHERE feature.dataset_id = instance.dataset_id ORDER BY feature.feature_index LIMIT 1000000) AS number
      WHERE number.level IS NULL OR number.value = 1
      ORDER BY number.feature_index) AS part) END AS TEXT) AS features,
  instance.subclass,
  instance.dataset_id,
  instance.position,
  instance.flipped_from,
  instance.target,
  CAST((SELECT called.name FROM instance_key AS called
    WHERE called.dataset_id = instance.dataset_id AND called.position = instance.position) AS TEXT) AS instance_key
FROM dataset
CROSS JOIN instance
CROSS JOIN class
WHERE instance.dataset_id = dataset.dataset_id
  AND class.dataset_id = instance.dataset_id AND class.class_index = instance.class_index;

-- One row per data set, feature and instance, where the file holds the features: as the models see them, before they are
-- scaled. A text column is a feature for each of its texts, "column=text", 1 or 0.
CREATE VIEW features AS
SELECT
  instance.dataset_id,
  instance.position,
  feature.name AS feature,
  CAST(packed(feature) AS DOUBLE) AS value,
  feature.feature_index,
  instance.instance_id
FROM dataset
CROSS JOIN feature
CROSS JOIN instance
WHERE feature.dataset_id = dataset.dataset_id AND instance.dataset_id = dataset.dataset_id AND dataset.instance_bytes > 0;

-- One row per run, epoch and matrix: float64, little-endian, row-major. Epoch 0: what training began with.
CREATE VIEW weights AS
SELECT run_id, epoch, layer, name, rows, cols, value
FROM weight;

-- One row per run, epoch, instance and training instance, where 'hardrow influence --instance I --save' computed them.
CREATE VIEW influences AS
SELECT run_id, epoch, instance_id, training_instance_id, inner_product
FROM influence;

-- One row per run, epoch and instance, where 'hardrow influence --save' computed them.
CREATE VIEW loss_changes AS
SELECT run_id, epoch, instance_id, predicted AS predicted_loss_change
FROM loss_change;

-- The measures of a run as allenai/cartography prints them (Swayamdipta et al. 2020): correctness counts the epochs, and
-- what was never learned has a forgetfulness of 1000.
CREATE VIEW cartography AS
SELECT
  run_id,
  instance_id,
  part,
  CAST(p_true_mean * (1 - p_true_mean) AS DOUBLE) AS threshold_closeness,
  p_true_mean AS confidence,
  p_true_sd AS variability,
  CAST(round(correctness * (SELECT count(*) FROM epoch WHERE epoch.run_id = instance_summary.run_id)) AS BIGINT)
    AS correctness,
  CAST(CASE WHEN correctness = 0 THEN 1000 ELSE forgetting_events END AS BIGINT) AS forgetfulness
FROM instance_summary;

-- As mtoneva/example_forgetting counts (Toneva et al. 2019): what was never learned was forgotten in every epoch, and the
-- first epoch is 0.
CREATE VIEW forgetting AS
SELECT
  run_id,
  instance_id,
  part,
  CAST(CASE WHEN correctness = 0 THEN (SELECT count(*) FROM epoch WHERE epoch.run_id = instance_summary.run_id)
    ELSE forgetting_events END AS BIGINT) AS forgetting_events,
  CAST(first_learned - 1 AS BIGINT) AS first_learned
FROM instance_summary;

-- As mansheej/data_diet averages (Paul et al. 2021), over the runs of one experiment, data set, model and method in which the
-- instance trained; theirs are ten seeds. What was never learned in one of them was forgotten infinitely often.
CREATE VIEW data_diet AS
SELECT
  run.experiment_id,
  run.dataset_id,
  run.model,
  run.method,
  instance_summary.instance_id,
  CAST(count(*) AS BIGINT) AS runs,
  CAST(avg(instance_summary.el2n) AS DOUBLE) AS el2n,
  CAST(avg(CASE WHEN instance_summary.correctness = 0 THEN 9e999 ELSE instance_summary.forgetting_events END) AS DOUBLE)
    AS forgetting_events,
  CAST(avg(instance_summary.grand) AS DOUBLE) AS grand
FROM run
JOIN instance_summary ON instance_summary.run_id = run.run_id
WHERE run.status = 'done' AND instance_summary.part = 'train'
GROUP BY run.experiment_id, run.dataset_id, run.model, run.method, instance_summary.instance_id;

-- What models that had not seen an instance thought of it: over the runs of one experiment, data set, model and method in
-- which it was in the test part. correct: share of them that predicted it right in the end.
CREATE VIEW out_of_sample AS
SELECT
  run.experiment_id,
  run.dataset_id,
  run.model,
  run.method,
  instance_summary.instance_id,
  instance_summary.class,
  CAST(count(*) AS BIGINT) AS runs,
  CAST(avg(instance_summary.p_true_mean) AS DOUBLE) AS p_true_mean,
  CAST(avg(instance_summary.last_loss) AS DOUBLE) AS last_loss,
  CAST(avg(CAST(instance_summary.predicted = instance_summary.class AS BIGINT)) AS DOUBLE) AS correct
FROM run
JOIN instance_summary ON instance_summary.run_id = run.run_id
WHERE run.status = 'done' AND instance_summary.part = 'test'
GROUP BY run.experiment_id, run.dataset_id, run.model, run.method, instance_summary.instance_id, instance_summary.class;
