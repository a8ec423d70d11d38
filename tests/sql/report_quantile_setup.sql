-- One data set; 'base' is right on half of everything, method 'nN' differs on N splits by 0.1 and -0.05 in turn.
CREATE TEMP TABLE size (splits INTEGER PRIMARY KEY);
INSERT INTO size
  WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 32) SELECT i FROM n UNION ALL VALUES (50), (100);
CREATE TEMP TABLE number AS
  WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99) SELECT i FROM n;
INSERT INTO dataset (dataset_id, name, sha256, label, missing, instances, features, classes, feature_names) VALUES
  (1, 'iris', 'aa', 'species', 'error', 1, 1, 1, '["length"]');
INSERT INTO split (split_id, dataset_id, seed, test_fraction, stratified, test, sha256) SELECT i + 1, 1, i, 0.2, 1, x'01', i FROM number;
INSERT INTO experiment (experiment_id, name, source) VALUES (1, 'quantile', '');
INSERT INTO experiment_dataset (experiment_id, ordinal, dataset, title) VALUES (1, 1, 'iris', 'Iris');
INSERT INTO experiment_method (experiment_id, ordinal, method)
  SELECT 1, 0, 'base' UNION ALL SELECT 1, splits, 'n' || splits FROM size;
INSERT INTO run (experiment_id, dataset_id, split_id, model, method, seed, status, settings, block_instances,
    hardrow_version, blas, blas_threads, compiler, host, pid, argv, started_at_ms)
  SELECT 1, 1, i + 1, 'm', method, 0, 'done', '{}', 64, '0', '', 1, '', '', 1, '[]', 0
  FROM (SELECT 'base' AS method, 100 AS splits UNION ALL SELECT 'n' || splits, splits FROM size)
  JOIN number ON i < splits;
INSERT INTO epoch (run_id, epoch, test_accuracy, seconds)
  SELECT run_id, 1, 0.5 + CASE WHEN method = 'base' THEN 0 WHEN split_id % 2 = 1 THEN 0.1 ELSE -0.05 END, 0 FROM run;
DROP TABLE size;
DROP TABLE number;
