-- A regression, ten splits of 120 training and 30 testing rows; no split has a bin of medium size, and the odd ones test no rare
-- bin. Errors of base are 2, and 5 where targets are rare. better takes 0.2 and 1.5 off, plus and minus a tenth in turn; alike
-- adds and takes off 0.4 in turn; once has one split only.
CREATE TEMP TABLE number AS
  WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n;
INSERT INTO dataset (dataset_id, name, sha256, label, missing, instances, features, classes, task) VALUES
  (1, 'abalone', 'aa', 'rings', 'error', 150, 1, 2, 'regression');
INSERT INTO class (dataset_id, class_index, name) VALUES (1, 0, '1'), (1, 1, '2');
INSERT INTO split (split_id, dataset_id, seed, test_fraction, stratified, test, sha256)
  SELECT i + 1, 1, i, 0.2, 0, x'01', i FROM number;
INSERT INTO split_class (split_id, class_index, train_instances, test_instances)
  SELECT split_id, 0, 110, iif(seed % 2 = 0, 25, 30) FROM split UNION ALL SELECT split_id, 1, 10, iif(seed % 2 = 0, 5, 0) FROM split;
INSERT INTO experiment (experiment_id, name, source) VALUES (1, 'regression', '');
INSERT INTO experiment_dataset (experiment_id, ordinal, dataset, title) VALUES (1, 1, 'abalone', 'Abalone');
CREATE TEMP TABLE gain (ordinal, method, even, odd, rare);
INSERT INTO gain VALUES (0, 'base', 0, 0, 0), (1, 'better', -0.3, -0.1, -1.5), (2, 'alike', 0.4, -0.4, 0.1), (3, 'once', 1, 1, 1);
INSERT INTO experiment_method (experiment_id, ordinal, method) SELECT 1, ordinal, method FROM gain;
INSERT INTO run (experiment_id, dataset_id, split_id, model, method, seed, status, settings, block_instances,
    hardrow_version, blas, blas_threads, compiler, host, pid, argv, started_at_ms)
  SELECT 1, 1, i + 1, 'mlp', method, 0, 'done', '{}', 64, '0', '', 1, '', '', 1, '[]', 0
  FROM gain, number WHERE method <> 'once' OR i = 0;
INSERT INTO epoch (run_id, epoch, seconds) SELECT run_id, 1, 0 FROM run;
INSERT INTO regression_epoch (run_id, epoch, part, shot, instances, mse, mae, geometric_mean, pearson, balanced_mae)
  SELECT run_id, 1, 'test', shot, size, 4 * value, value, value / 2, 0.5, value + 1
  FROM (
    SELECT run_id, column1 AS shot, column2 AS size,
           iif(column1 = 'few', 5 + rare + 0.01 * split_id, 2 + iif(split_id % 2 = 1, even, odd)) AS value
    FROM run JOIN gain USING (method) CROSS JOIN (VALUES ('all', 30), ('many', 25), ('few', 5))
    WHERE column1 <> 'few' OR split_id % 2 = 1);
DROP TABLE gain;
DROP TABLE number;
