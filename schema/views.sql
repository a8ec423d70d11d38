-- The public interface of a hardrow file: these views, the same in every SQLite client.
--
-- The build turns f32(blob, index), u16(blob, index), json_list(text) and json_flat(text) into core SQL (src/sql/embed.py): number `index`, from 0, of a
-- series of little-endian float32 or uint16; series(index) into the columns that src/db/series.h lists. CROSS JOIN fixes the order of the loops: any other order reads every
-- block, this one turns a WHERE on run_id, epoch or instance_id into seeks.

-- One row per run. The metrics are those of its last epoch, as fractions. JSON that hardrow has not written is NULL: SQLite
-- 3.40 can crash on it (src/sql/embed.py: json_flat, json_list).
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
  coalesce(last.epoch, 0) AS epochs,
  last.train_accuracy,
  last.test_accuracy,
  last.test_balanced_error,
  run.message,
  strftime('%Y-%m-%dT%H:%M:%fZ', run.started_at_ms / 1000.0, 'unixepoch') AS started_at,
  strftime('%Y-%m-%dT%H:%M:%fZ', run.finished_at_ms / 1000.0, 'unixepoch') AS finished_at,
  json_flat(run.settings) AS settings,
  run.hardrow_version,
  run.git_commit,
  run.blas,
  run.blas_threads,
  run.compiler,
  run.host,
  json_list(run.argv) AS argv,
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
  json_flat(run.chosen) AS chosen,
  run.run_uid,
  run.run_key
FROM run
JOIN dataset ON dataset.dataset_id = run.dataset_id
JOIN split ON split.split_id = run.split_id
LEFT JOIN experiment ON experiment.experiment_id = run.experiment_id
LEFT JOIN epoch AS last ON last.run_id = run.run_id
  AND last.epoch = (SELECT max(epoch.epoch) FROM epoch WHERE epoch.run_id = run.run_id);

-- The runs that ended, done or diverged. is_newest: 1 if none of the same experiment, data, model, method, split seed and
-- seed is newer; one made by 'hardrow adjust' (source_run_id is not NULL) takes no trained one's place.
-- is_on_newest_data: 1 if no run of the experiment is on newer data of the same name. Data is what was read, from a file
-- of the same bytes in the same way, whatever an imbalance then left out; an adjusted run is as old as its source.
CREATE VIEW ended_runs AS
SELECT
  runs.*,
  NOT EXISTS (
    SELECT 1 FROM dataset AS same
    CROSS JOIN split ON split.dataset_id = same.dataset_id AND split.seed = runs.split_seed
    CROSS JOIN run AS newer ON newer.dataset_id = same.dataset_id AND newer.split_id = split.split_id
      AND newer.method = runs.method
    WHERE same.name = dataset.name
      AND (same.origin, same.label, same.missing) = (dataset.origin, dataset.label, dataset.missing)
      AND newer.experiment_id IS runs.experiment_id AND newer.model = runs.model AND newer.seed = runs.seed
      AND newer.status IN ('done', 'diverged')
      AND (newer.source_run_id IS NULL, newer.run_id) > (runs.source_run_id IS NULL, runs.run_id)
  ) AS is_newest,
  -- Only where a name has several contents are all runs looked at, once.
  NOT EXISTS (
    SELECT 1 FROM dataset AS other WHERE other.name = dataset.name
      AND (other.origin, other.label, other.missing) <> (dataset.origin, dataset.label, dataset.missing)
  ) OR runs.run_id IN (
    SELECT run_id FROM (
      SELECT run.run_id,
        max(coalesce(run.source_run_id, run.run_id)) OVER (PARTITION BY run.experiment_id, dataset.name) AS newest,
        max(coalesce(run.source_run_id, run.run_id)) OVER (
          PARTITION BY run.experiment_id, dataset.name, dataset.origin, dataset.label, dataset.missing) AS newest_here
      FROM run JOIN dataset ON dataset.dataset_id = run.dataset_id
      WHERE run.status IN ('done', 'diverged')) AS dated
    WHERE newest = newest_here
  ) AS is_on_newest_data
FROM runs
JOIN dataset ON dataset.dataset_id = runs.dataset_id
WHERE runs.status IN ('done', 'diverged');

-- The runs that count: trained and adjusted, done and diverged.
CREATE VIEW current_runs AS
SELECT * FROM ended_runs WHERE is_newest AND is_on_newest_data;

-- One row per run and epoch. recorded: 1 if its instances are in dynamics.
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
  first_block IS NOT NULL AS recorded,
  train_balanced_error,
  train_macro_f1,
  test_macro_f1,
  train_calibration_error,
  test_calibration_error,
  test_many_shot_accuracy,
  test_medium_shot_accuracy,
  test_few_shot_accuracy
FROM epoch;

-- One row per run, epoch, part and class; no rows for a test part without instances. sampling_share is about training.
CREATE VIEW class_epochs AS
SELECT
  class_epoch.run_id,
  class_epoch.epoch,
  part.part,
  class.name AS class,
  CASE part.part WHEN 'train' THEN split_class.train_instances ELSE split_class.test_instances END AS instances,
  CASE part.part WHEN 'train' THEN class_epoch.train_correct ELSE class_epoch.test_correct END AS correct,
  CASE part.part WHEN 'train' THEN class_epoch.sampling_share END AS sampling_share,
  class_epoch.weight_norm
FROM class_epoch
CROSS JOIN run ON run.run_id = class_epoch.run_id
CROSS JOIN split_class ON split_class.split_id = run.split_id AND split_class.class_index = class_epoch.class_index
CROSS JOIN class ON class.dataset_id = run.dataset_id AND class.class_index = class_epoch.class_index
CROSS JOIN (SELECT 'train' AS part UNION ALL SELECT 'test') AS part
WHERE part.part = 'train'
  OR EXISTS (SELECT 1 FROM split_class AS tested WHERE tested.split_id = run.split_id AND tested.test_instances > 0);

-- One row per run, recorded epoch and instance, of both parts.
CREATE VIEW dynamics AS
SELECT
  epoch.run_id,
  epoch.epoch,
  instance.instance_id,
  CASE substr(split.test, instance.position + 1, 1) WHEN x'01' THEN 'test' ELSE 'train' END AS part,
  (SELECT class.name FROM class
   WHERE class.dataset_id = run.dataset_id AND class.class_index = instance.class_index) AS class,
  series(instance.position % run.block_instances),
  (SELECT '[' || group_concat(CASE WHEN in_order.p IS NULL THEN 'null' ELSE printf('%!.17g', in_order.p) END, ',') || ']'
   FROM (
     SELECT f32(block.p,
       class.class_index * length(block.predicted) / 2 + instance.position % run.block_instances) AS p
     FROM class WHERE class.dataset_id = run.dataset_id ORDER BY class.class_index) AS in_order) AS probabilities
FROM epoch
CROSS JOIN run ON run.run_id = epoch.run_id
CROSS JOIN split ON split.split_id = run.split_id
CROSS JOIN instance ON instance.dataset_id = run.dataset_id
CROSS JOIN block ON block.block_id = epoch.first_block + instance.position / run.block_instances;

-- One row per run, recorded epoch, instance and class.
CREATE VIEW predictions AS
SELECT
  epoch.run_id,
  epoch.epoch,
  instance.instance_id,
  class.name AS class,
  f32(block.p, class.class_index * length(block.predicted) / 2 + instance.position % run.block_instances) AS probability
FROM epoch
CROSS JOIN run ON run.run_id = epoch.run_id
CROSS JOIN instance ON instance.dataset_id = run.dataset_id
CROSS JOIN block ON block.block_id = epoch.first_block + instance.position / run.block_instances
CROSS JOIN class ON class.dataset_id = run.dataset_id;

-- One row per data set and instance. instance_id is the 0-based data row of the CSV, position counts those that were
-- not left out (missing values, imbalance). subclass is the class before relabelling.
CREATE VIEW instances AS
SELECT
  dataset.name AS dataset,
  instance.instance_id,
  instance.source_line,
  class.name AS class,
  json_list(instance.features) AS features,
  instance.subclass,
  instance.dataset_id,
  instance.position
FROM dataset
CROSS JOIN instance ON instance.dataset_id = dataset.dataset_id
CROSS JOIN class ON class.dataset_id = instance.dataset_id AND class.class_index = instance.class_index;

-- One row per run, epoch and matrix: float64, little-endian, row-major.
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
  p_true_mean * (1 - p_true_mean) AS threshold_closeness,
  p_true_mean AS confidence,
  p_true_sd AS variability,
  CAST(round(correctness * (SELECT count(*) FROM epoch WHERE epoch.run_id = instance_summary.run_id)) AS INTEGER)
    AS correctness,
  CASE WHEN correctness = 0 THEN 1000 ELSE forgetting_events END AS forgetfulness
FROM instance_summary;

-- As mtoneva/example_forgetting counts (Toneva et al. 2019): what was never learned was forgotten in every epoch, and the
-- first epoch is 0.
CREATE VIEW forgetting AS
SELECT
  run_id,
  instance_id,
  part,
  CASE WHEN correctness = 0 THEN (SELECT count(*) FROM epoch WHERE epoch.run_id = instance_summary.run_id)
    ELSE forgetting_events END AS forgetting_events,
  first_learned - 1 AS first_learned
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
  count(*) AS runs,
  avg(instance_summary.el2n) AS el2n,
  avg(CASE WHEN instance_summary.correctness = 0 THEN 9e999 ELSE instance_summary.forgetting_events END)
    AS forgetting_events
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
  count(*) AS runs,
  avg(instance_summary.p_true_mean) AS p_true_mean,
  avg(instance_summary.last_loss) AS last_loss,
  avg(instance_summary.predicted = instance_summary.class) AS correct
FROM run
JOIN instance_summary ON instance_summary.run_id = run.run_id
WHERE run.status = 'done' AND instance_summary.part = 'test'
GROUP BY run.experiment_id, run.dataset_id, run.model, run.method, instance_summary.instance_id;
