-- title: Errors of every method of a regression, for targets of many, some and few like them, and differences to one method
-- heading: Test {metric} in the label's unit, by how many training instances the target's bin has; in brackets the difference to {reference}
-- note: Means over the splits. Brackets: 95 % interval for new data of the difference in percent of {reference}, paired over the same
-- note: splits (Nadeau and Bengio 2003); bold, in a terminal: it leaves out 0. many: bins of more than 100 training instances,
-- note: few: of fewer than 20. –: no finished run, or no such bin.
-- task: regression, accuracy-table
-- param experiment: experiment, which experiment; without it the newest
-- param metric: mae|mse|geometric-mean|balanced-mae = mae, what the cells hold; balanced-mae: mean of the bins' own
-- param reference: method = base, the method that the others are compared with
-- pivot: row=_row, column=shot, cell=_cell, bold=_bold
-- empty: there is no experiment with a regression in this file: 'hardrow sweep experiments/regression.ini' writes one
--
-- Rows of the result: one for each data set, model, method and shot; several seeds of a split are averaged first. A split
-- whose test part has no instance of a shot does not count there. difference, low and high are in the label's unit.
WITH chosen AS (
  SELECT experiment_id FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
value AS (
  SELECT dataset, model, method, split_seed, fold, shot,
         avg(CASE :metric WHEN 'mae' THEN mae WHEN 'mse' THEN mse WHEN 'geometric-mean' THEN geometric_mean ELSE balanced_mae END)
           AS value,
         avg((SELECT 1.0 * sum(test_instances) / sum(train_instances) FROM split_class
              WHERE split_class.split_id = current_runs.split_id)) AS ratio
  FROM current_runs JOIN chosen USING (experiment_id)
  JOIN regression_metrics AS error ON error.run_id = current_runs.run_id AND error.epoch = current_runs.epochs
    AND error.part = 'test'
  WHERE status = 'done' AND source_run_id IS NULL
  GROUP BY dataset, model, method, split_seed, fold, shot HAVING value IS NOT NULL
),
base AS (
  SELECT dataset, model, split_seed, fold, shot, value AS base FROM value WHERE method = :reference
),
cell AS (
  SELECT dataset, model, method, shot, count(*) AS splits, avg(value) AS mean, avg(value - base) AS difference,
         avg(base) AS base, resampled_half_width(value - base, ratio, 0.95) AS half
  FROM value LEFT JOIN base USING (dataset, model, split_seed, fold, shot)
  GROUP BY dataset, model, method, shot
),
shots AS (
  SELECT column1 AS place, column2 AS shot FROM (VALUES (0, 'all'), (1, 'many'), (2, 'medium'), (3, 'few'))
),
side AS (
  SELECT DISTINCT dataset, model, method,
         coalesce((SELECT ordinal FROM experiment_dataset JOIN chosen USING (experiment_id)
                   WHERE experiment_dataset.dataset = value.dataset), 1000) AS dataset_place,
         coalesce((SELECT ordinal FROM experiment_method JOIN chosen USING (experiment_id)
                   WHERE experiment_method.method = value.method), 1000) AS method_place
  FROM value
)
SELECT dataset, model, method, shot, splits, mean, difference, difference - half AS low, difference + half AS high,
       printf('%s (%s) %s', dataset, model, method) AS _row,
       CASE WHEN mean IS NULL THEN NULL
            WHEN method = :reference OR half IS NULL THEN printf('%.4g', mean)
            ELSE printf('%.4g [%+.1f, %+.1f]', mean, 100 * (difference - half) / base, 100 * (difference + half) / base) END AS _cell,
       method <> :reference AND abs(difference) > half AS _bold
FROM side CROSS JOIN shots LEFT JOIN cell USING (dataset, model, method, shot)
ORDER BY dataset_place, model, method_place, method, place
