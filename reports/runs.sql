-- title: Runs
-- param experiment: experiment, only of this experiment
-- param dataset: dataset, only on this data set
-- param method: method, only of this method
-- param status: running|done|diverged|failed|interrupted, only those that ended so
SELECT run_id, experiment, dataset, model, method, seed, split_seed, status, epochs, train_accuracy, test_accuracy,
       test_balanced_error, test_mae
FROM runs
WHERE (:experiment IS NULL OR experiment = :experiment) AND (:dataset IS NULL OR dataset = :dataset)
  AND (:method IS NULL OR method = :method) AND (:status IS NULL OR status = :status)
ORDER BY run_id
