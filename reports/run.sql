-- title: One run: result and environment
-- heading: Run {run}
-- param run: run, required, the run
-- param all: yes|no = no, also the settings that are off
-- below: run-settings
WITH shown AS (SELECT * FROM runs WHERE run_id = :run),
last AS (
  SELECT epochs.* FROM epochs JOIN shown USING (run_id) WHERE epoch = shown.epochs
),
-- What a perfectly calibrated model would show, where the last epoch's predictions are recorded.
level AS (
  SELECT calibration_level(confidence, 15) AS level
  FROM (
    SELECT max(probability) AS confidence
    FROM shown CROSS JOIN predictions USING (run_id) JOIN instance_summary AS s USING (run_id, instance_id)
    WHERE predictions.epoch = shown.epochs AND s.part = 'test' GROUP BY predictions.instance_id)
),
-- Of a regression.
number (place, number) AS (
  VALUES (0, 'mse'), (1, 'mae'), (2, 'geometric mean error'), (3, 'pearson'), (4, 'balanced mae')),
off AS (
  SELECT (part = 'test') * 0.2 + CASE shot WHEN 'all' THEN 0 WHEN 'many' THEN 0.05 WHEN 'medium' THEN 0.1 ELSE 0.15 END
      + 0.01 * place AS ordinal, part, shot, number,
    CASE number WHEN 'mse' THEN mse WHEN 'mae' THEN mae WHEN 'geometric mean error' THEN geometric_mean
      WHEN 'pearson' THEN pearson ELSE balanced_mae END AS value
  FROM shown JOIN regression_metrics AS m ON m.run_id = shown.run_id AND m.epoch = shown.epochs CROSS JOIN number
  WHERE shot = 'all' OR (part = 'test' AND number IN ('mae', 'geometric mean error'))
),
metric (ordinal, name) AS (VALUES metric_rows(test)),
field (ordinal, field, value) AS (
  SELECT 1, 'run', run_id FROM shown
  UNION ALL SELECT 2, 'experiment', experiment FROM shown
  UNION ALL SELECT 3, 'data set', dataset FROM shown
  UNION ALL SELECT 4, 'model', model FROM shown
  UNION ALL SELECT 5, 'method', method FROM shown
  UNION ALL SELECT 5.5, 'du, dl', regression_note(task) FROM shown
  UNION ALL SELECT 6, 'seed', seed FROM shown
  UNION ALL SELECT 7, 'split seed', split_seed FROM shown
  UNION ALL SELECT 8, 'status', status FROM shown
  UNION ALL SELECT 9, 'message', message FROM shown
  UNION ALL SELECT 10, 'epochs', epochs FROM shown
  UNION ALL SELECT 11, 'train loss', train_loss FROM last
  UNION ALL SELECT 12, 'train accuracy', train_accuracy FROM last
  UNION ALL SELECT 13, 'test loss', test_loss FROM last
  UNION ALL SELECT 14 + 0.01 * ordinal, 'test ' || name, metric_value(name, test) FROM last CROSS JOIN metric
  UNION ALL SELECT 14.5 + ordinal, part || ' ' || number || iif(shot = 'all', '', ', ' || shot || '-shot'), value FROM off
  UNION ALL SELECT 15, 'calibration-error, if calibrated', level FROM level
  UNION ALL SELECT 16, 'effective sample size', effective_sample_size FROM last
  UNION ALL SELECT 17, 'started', started_at FROM shown
  UNION ALL SELECT 18, 'finished', finished_at FROM shown
  UNION ALL SELECT 19, 'seconds', (finished_at_ms - started_at_ms) / 1000.0 FROM run WHERE run_id = :run
  UNION ALL SELECT 20, 'hardrow', hardrow_version FROM shown
  UNION ALL SELECT 21, 'git commit', git_commit FROM shown
  UNION ALL SELECT 22, 'BLAS', blas || ', threads: ' || blas_threads FROM shown
  UNION ALL SELECT 23, 'compiler', compiler FROM shown
  UNION ALL SELECT 24, 'host', host FROM shown
  UNION ALL SELECT 25, 'command', (SELECT group_concat(value, ' ') FROM json_each(argv)) FROM shown
  UNION ALL SELECT 26, 'settings', 'below but for those that are off (none, no, auto, 0): --all' FROM shown WHERE :all = 'no'
)
SELECT field, value FROM field WHERE value IS NOT NULL ORDER BY ordinal
