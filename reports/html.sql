-- title: One page for a browser, in the file that --out names: accuracy, learning curves, data map, hardest rows, likely wrong labels
-- task: classification, hardest
-- param experiment: experiment, which experiment; without it, and without --run, the newest one, or the newest run of a file without
-- param run: runs, these runs instead
-- param running: yes|no = no, whether runs are shown that are still being trained or were interrupted
-- empty: there is no run that is done
--
-- A row is a run of the page (src/page/page.c reads it). All count in its means and learning curves; a data map comes
-- from the first split of each data set, model and method, or from each run of --run, as long as the page stays small
-- enough for a browser: 200000 rows of data maps and 3 million points of their curves, then of every stride-th epoch.
WITH chosen AS (
  SELECT experiment_id FROM experiment WHERE :run IS NULL AND name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
picked AS MATERIALIZED (
  SELECT run_id FROM current_runs JOIN chosen USING (experiment_id) WHERE status = 'done' AND source_run_id IS NULL
  UNION
  SELECT value FROM json_each(:run)
  UNION
  SELECT run_id FROM runs JOIN chosen USING (experiment_id) WHERE :running = 'yes' AND status IN ('running', 'interrupted')
  UNION
  SELECT max(run_id) FROM runs WHERE :run IS NULL AND NOT EXISTS (SELECT 1 FROM chosen)
    AND (status = 'done' OR :running = 'yes')
),
shown AS (
  SELECT runs.*, dataset.instances, dataset.features, dataset.instance_bytes, dataset.label,
    dataset.sha256 AS dataset_sha256, split.sha256 AS split_sha256,
    coalesce(subject.title, runs.dataset) AS title,
    CASE WHEN :run IS NULL THEN runs.method ELSE printf('%s, run %d', runs.method, runs.run_id) END AS curve_name,
    (SELECT sum(test_instances) FROM split_class WHERE split_class.split_id = runs.split_id) AS test_instances,
    (SELECT count(*) FROM epochs WHERE epochs.run_id = runs.run_id AND recorded) AS recorded_epochs,
    EXISTS (SELECT 1 FROM instance_summary WHERE instance_summary.run_id = runs.run_id) AS has_summary,
    coalesce(subject.ordinal, 1000000) AS dataset_place, coalesce(technique.ordinal, 1000000) AS method_place
  FROM runs JOIN picked USING (run_id)
  JOIN dataset ON dataset.dataset_id = runs.dataset_id
  JOIN split ON split.split_id = runs.split_id
  LEFT JOIN experiment_dataset AS subject ON subject.experiment_id = runs.experiment_id AND subject.dataset = runs.dataset
  LEFT JOIN experiment_method AS technique
    ON technique.experiment_id = runs.experiment_id AND technique.method = runs.method
  WHERE dataset.task = 'classification'
),
placed AS (
  SELECT *,
    dense_rank() OVER (ORDER BY dataset_place, dataset, dataset_id, model, method_place, curve_name) AS curve,
    row_number() OVER (PARTITION BY dataset, model, curve_name ORDER BY NOT has_summary, split_seed, fold, seed, run_id) AS turn
  FROM shown
),
weighed AS (
  SELECT *, has_summary AND turn = 1 AS candidate,
    sum(iif(has_summary AND turn = 1, instances, 0)) OVER (ORDER BY curve, turn ROWS UNBOUNDED PRECEDING) AS rows_so_far
  FROM placed
),
mapped AS (
  SELECT *, candidate AND (rows_so_far <= 200000 OR rows_so_far = instances) AS data_map,
    instances * features <= 1000000 AND instance_bytes > 0 AS has_features
  FROM weighed
)
SELECT run_id, curve, data_map,
  iif(data_map AND recorded_epochs > 1, 1 + sum(iif(data_map, instances * recorded_epochs, 0)) OVER () / 3000000, 0) AS stride,
  iif(data_map AND has_features, dataset_id, 0) AS features_of,
  -- Images (data/idx.h): the page takes them from their own files.
  iif(data_map AND NOT has_features AND EXISTS (SELECT 1 FROM feature
    WHERE feature.dataset_id = mapped.dataset_id AND feature_index = 0 AND name = 'pixel_0'), dataset_id, 0) AS pictures_of,
  status = 'running' OR EXISTS (SELECT 1 FROM claim JOIN chosen USING (experiment_id)) AS growing,
  candidate AND NOT data_map AS left_out,
  experiment, dataset, title, model, method, curve_name, seed, split_seed, status, message, epochs,
  train_accuracy, test_accuracy, test_balanced_error, test_instances, instances, features,
  iif(data_map, (SELECT json_group_array(name) FROM (
    SELECT name FROM feature WHERE feature.dataset_id = mapped.dataset_id ORDER BY feature_index)), NULL) AS feature_names,
  iif(data_map, (SELECT json_group_array(name) FROM (
    SELECT name FROM class WHERE class.dataset_id = mapped.dataset_id ORDER BY class_index)), NULL) AS class_names,
  iif(data_map, settings, NULL) AS settings,
  iif(data_map, (SELECT group_concat(value, ' ') FROM json_each(argv)), NULL) AS command,
  label, dataset_sha256, split_sha256, run_uid, started_at, finished_at, hardrow_version, git_commit, blas, blas_threads,
  compiler, host
FROM mapped ORDER BY curve, turn
