-- title: Two runs: their metrics side by side, the settings that differ, the rows fixed and broken
-- heading: Run {other} against run {run}
-- param run: run, required, the first run
-- param other: run, required, the second run
-- pivot: row=metric, column=_first_name, cell=_first
-- pivot: row=metric, column=_second_name, cell=_second
-- pivot: row=metric, column="difference", cell=_difference
-- below: compare-runs-settings
WITH metric (ordinal, metric) AS (VALUES
  (1, 'train loss'), (2, 'train accuracy'), (3, 'test loss'), (4, 'test accuracy'), (5, 'test balanced error'),
  (6, 'test macro F1'), (7, 'test calibration error'), (8, 'many-shot accuracy'), (9, 'medium-shot accuracy'),
  (10, 'few-shot accuracy')
),
measured AS (
  SELECT runs.run_id, ordinal, metric,
         CASE ordinal WHEN 1 THEN epochs.train_loss WHEN 2 THEN epochs.train_accuracy WHEN 3 THEN epochs.test_loss
                      WHEN 4 THEN epochs.test_accuracy WHEN 5 THEN epochs.test_balanced_error
                      WHEN 6 THEN epochs.test_macro_f1 WHEN 7 THEN epochs.test_calibration_error
                      WHEN 8 THEN epochs.test_many_shot_accuracy WHEN 9 THEN epochs.test_medium_shot_accuracy
                      WHEN 10 THEN epochs.test_few_shot_accuracy END AS value
  FROM runs JOIN epochs ON epochs.run_id = runs.run_id AND epochs.epoch = runs.epochs CROSS JOIN metric
  WHERE runs.run_id IN (:run, :other)
)
SELECT metric.metric, first.value AS first, second.value AS second, second.value - first.value AS difference,
       'run ' || :run AS _first_name, 'run ' || :other || iif(:run = :other, ' again', '') AS _second_name,
       CASE WHEN first.value IS NOT NULL THEN printf('%.4f', first.value) END AS _first,
       CASE WHEN second.value IS NOT NULL THEN printf('%.4f', second.value) END AS _second,
       CASE WHEN first.value - second.value IS NOT NULL THEN printf('%+.4f', second.value - first.value) END AS _difference
FROM metric LEFT JOIN measured AS first ON first.ordinal = metric.ordinal AND first.run_id = :run
LEFT JOIN measured AS second ON second.ordinal = metric.ordinal AND second.run_id = :other
WHERE coalesce(first.value, second.value) IS NOT NULL
ORDER BY metric.ordinal
