-- title: Two runs: their metrics side by side, the settings that differ, the rows fixed and broken
-- heading: Run {other} against run {run}
-- param run: run, required, the first run
-- param other: run, required, the second run
-- pivot: row=metric, column=_first_name, cell=_first
-- pivot: row=metric, column=_second_name, cell=_second
-- pivot: row=metric, column="difference", cell=_difference
-- below: compare-runs-settings
WITH named (ordinal, name) AS (VALUES metric_rows(test)),
metric (ordinal, metric, name) AS (
  VALUES (-2, 'train loss', NULL), (-1, 'train accuracy', NULL), (0, 'test loss', NULL)
  UNION ALL
  SELECT ordinal, 'test ' || name, name FROM named
),
-- Of regressions.
error (ordinal, metric, part, shot) AS (
  VALUES (101, 'train mae', 'train', 'all'), (102, 'test mae', 'test', 'all'), (103, 'test mae, many-shot', 'test', 'many'),
         (104, 'test mae, medium-shot', 'test', 'medium'), (105, 'test mae, few-shot', 'test', 'few'),
         (106, 'test geometric-mean', 'test', 'all'), (107, 'test balanced-mae', 'test', 'all'), (108, 'test correlation', 'test', 'all')
),
measured AS (
  SELECT run_id, ordinal,
         CASE ordinal WHEN -2 THEN train_loss WHEN -1 THEN train_accuracy WHEN 0 THEN test_loss
                      ELSE metric_value(name, test) END AS value
  FROM epochs CROSS JOIN metric
  WHERE (run_id, epoch) IN (SELECT run_id, epochs FROM runs WHERE run_id IN (:run, :other))
  UNION ALL
  SELECT run_id, ordinal,
         CASE ordinal WHEN 106 THEN geometric_mean WHEN 107 THEN balanced_mae WHEN 108 THEN pearson ELSE mae END
  FROM regression_metrics JOIN error USING (part, shot)
  WHERE (run_id, epoch) IN (SELECT run_id, epochs FROM runs WHERE run_id IN (:run, :other))
)
SELECT metric.metric, first.value AS first, second.value AS second, second.value - first.value AS difference,
       'run ' || :run AS _first_name, 'run ' || :other || iif(:run = :other, ' again', '') AS _second_name,
       CASE WHEN first.value IS NOT NULL THEN printf('%.4f', first.value) END AS _first,
       CASE WHEN second.value IS NOT NULL THEN printf('%.4f', second.value) END AS _second,
       CASE WHEN first.value - second.value IS NOT NULL THEN printf('%+.4f', round(second.value - first.value, 4) + 0.0) END AS _difference
FROM (SELECT ordinal, metric FROM metric UNION ALL SELECT ordinal, metric FROM error) AS metric
LEFT JOIN measured AS first ON first.ordinal = metric.ordinal AND first.run_id = :run
LEFT JOIN measured AS second ON second.ordinal = metric.ordinal AND second.run_id = :other
WHERE coalesce(first.value, second.value) IS NOT NULL
ORDER BY metric.ordinal
