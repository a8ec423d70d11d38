-- title: Runs behind a cell of accuracy-table
-- heading: Runs of {method} on {dataset}
-- note: Counted: on the newest data of this name, the newest run of each model, split and seed that ended, unless it diverged.
-- task: classification, regression-table
-- param dataset: title, required, the row: name or title of the data set
-- param method: method, required, the column
-- param experiment: experiment, which experiment; without it the newest
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- empty: there is no experiment, or it has no run of {method} on {dataset}
WITH chosen AS (
  SELECT experiment_id, name FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
-- A row may be called "Iris" or, where there are several models, "Iris (mlp)".
called AS (
  SELECT dataset, dataset AS name FROM runs
  UNION SELECT dataset, title FROM experiment_dataset JOIN chosen USING (experiment_id)
),
cell AS (
  SELECT runs.* FROM runs JOIN chosen ON runs.experiment = chosen.name
  WHERE method = :method AND EXISTS (
    SELECT 1 FROM called
    WHERE called.dataset = runs.dataset AND :dataset IN (called.name, printf('%s (%s)', called.name, runs.model)))
),
counted AS (
  SELECT run_id FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL)
),
varying AS (
  SELECT key FROM cell, json_each(cell.settings) WHERE key NOT IN ('seed', 'split_seed', 'fold')
  GROUP BY model, key HAVING count(DISTINCT coalesce(value, '')) > 1
)
SELECT run_id, split_seed, seed, status,
       iif(run_id IN counted, 'yes', 'no') AS counted, epochs,
       train_accuracy, test_accuracy, test_balanced_error, model,
       (SELECT group_concat(difference, ', ') FROM (
          SELECT 'older data' AS difference
          WHERE run_id IN (SELECT run_id FROM ended_runs WHERE NOT is_on_newest_data)
          UNION ALL
          SELECT 'adjusted from run ' || source_run_id WHERE source_run_id IS NOT NULL
          UNION ALL
          SELECT key || ' ' || coalesce(value, '–') FROM json_each(cell.settings) WHERE key IN varying)) AS differs_in, fold
FROM cell
ORDER BY model, split_seed, fold, seed, run_id
