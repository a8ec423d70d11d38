-- title: Runs behind a cell of accuracy-table
-- heading: Runs of {method} on {dataset}
-- note: Counted: the newest run of each split and seed that ended, unless it diverged.
-- param dataset: title, required, the row: name or title of the data set
-- param method: method, required, the column
-- param experiment: experiment, which experiment; without it the newest
-- empty: there is no run of {method} on {dataset} in this experiment
WITH chosen AS (
  SELECT experiment_id, name FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
subject AS (
  SELECT :dataset AS dataset
  UNION SELECT dataset FROM experiment_dataset JOIN chosen USING (experiment_id) WHERE title = :dataset
),
cell AS (
  SELECT runs.* FROM runs JOIN chosen ON runs.experiment = chosen.name
  WHERE dataset IN (SELECT dataset FROM subject) AND method = :method
),
newest AS (
  SELECT max(run_id) AS run_id, status FROM cell WHERE status IN ('done', 'diverged') GROUP BY split_seed, seed
)
SELECT run_id, split_seed, seed, status,
       CASE WHEN run_id IN (SELECT run_id FROM newest WHERE status = 'done') THEN 'yes' ELSE 'no' END AS counted, epochs,
       train_accuracy, test_accuracy, test_balanced_error
FROM cell
ORDER BY split_seed, seed, run_id
