-- title: Runs
-- param experiment: experiment, only of this experiment
-- param dataset: dataset, only on this data set
-- param method: method, only of this method
-- param status: running|done|diverged|failed|interrupted, only those that ended so
WITH listed AS (
  SELECT * FROM runs
  WHERE (:experiment IS NULL OR experiment = :experiment) AND (:dataset IS NULL OR dataset = :dataset)
    AND (:method IS NULL OR method = :method) AND (:status IS NULL OR status = :status)
),
setting AS MATERIALIZED (
  SELECT run_id, model, method, s.key, s.value FROM listed CROSS JOIN json_each(listed.settings) AS s
  -- Those that have a column, or follow from it.
  WHERE s.key NOT IN ('seed', 'split_seed', 'method', 'model', 'fold', 'label')
),
unlike AS (
  SELECT model, method, key FROM setting GROUP BY model, method, key
  HAVING count(DISTINCT value) + (count(value) < count(*)) > 1
)
SELECT run_id, experiment, dataset, model, method, seed, split_seed, status, epochs, train_accuracy, test_accuracy,
       test_balanced_error, test_mae, run_name, note, (
         SELECT group_concat(replace(key, '_', '-') || '=' || coalesce(value, '-'), ' ') FROM setting JOIN unlike USING (model, method, key)
         WHERE setting.run_id = listed.run_id) AS differs,
       iif(EXISTS (SELECT 1 FROM unlike),
           'differs: the settings that are not the same in all the runs of a model and method that are listed.', NULL) AS _note
FROM listed
ORDER BY run_id
