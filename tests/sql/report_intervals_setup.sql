-- Two data sets, ten splits of 120 training and 30 testing rows each; of 'spare' no split tests class b. Against base:
-- better gains 10 points on glass and 5 on iris, each plus 1 and minus 1 in turn; alike gains 2 and loses 2 in turn; wild
-- differs by +20 and -10 in turn on glass, -20 and +10 on iris; once has one split only; fair gains 5 and 1, twin 4.8 and
-- 0.8 in turn.
CREATE TEMP TABLE number AS
  WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n;
INSERT INTO dataset (dataset_id, name, sha256, label, missing, instances, features, classes) VALUES
  (1, 'glass', 'aa', 'type', 'error', 150, 1, 2), (2, 'iris', 'bb', 'species', 'error', 150, 1, 2);
INSERT INTO class (dataset_id, class_index, name) VALUES (1, 0, 'a'), (1, 1, 'b'), (2, 0, 'a'), (2, 1, 'b');
INSERT INTO split (split_id, dataset_id, seed, test_fraction, stratified, test, sha256)
  SELECT dataset_id * 10 + i, dataset_id, i, 0.2, 1, x'01', i FROM number, dataset;
INSERT INTO split_class (split_id, class_index, train_instances, test_instances)
  SELECT split_id, 0, 60, iif(dataset_id = 1, 30, 15) FROM split UNION ALL SELECT split_id, 1, 60, iif(dataset_id = 1, 0, 15) FROM split;
INSERT INTO experiment (experiment_id, name, source) VALUES (1, 'intervals', '');
INSERT INTO experiment_dataset (experiment_id, ordinal, dataset, title) VALUES (1, 1, 'glass', 'Glass'), (1, 2, 'iris', 'Iris');
CREATE TEMP TABLE gain (ordinal, method, dataset, even, odd);
INSERT INTO gain VALUES (0, 'base', 1, 0, 0), (0, 'base', 2, 0, 0), (1, 'better', 1, 0.11, 0.09), (1, 'better', 2, 0.06, 0.04),
  (2, 'alike', 1, 0.02, -0.02), (2, 'alike', 2, 0.02, -0.02), (3, 'wild', 1, 0.2, -0.1), (3, 'wild', 2, -0.2, 0.1),
  (4, 'once', 1, -0.3, -0.3), (4, 'once', 2, -0.3, -0.3), (5, 'fair', 1, 0.05, 0.01), (5, 'fair', 2, 0.05, 0.01),
  (6, 'twin', 1, 0.048, 0.008), (6, 'twin', 2, 0.048, 0.008);
INSERT INTO experiment_method (experiment_id, ordinal, method) SELECT DISTINCT 1, ordinal, method FROM gain;
INSERT INTO run (experiment_id, dataset_id, split_id, model, method, seed, status, settings, block_instances,
    hardrow_version, blas, blas_threads, compiler, host, pid, argv, started_at_ms)
  SELECT 1, dataset, dataset * 10 + i, 'logreg', method, 0, 'done', '{}', 64, '0', '', 1, '', '', 1, '[]', 0
  FROM gain, number WHERE method <> 'once' OR i = 0;
INSERT INTO epoch (run_id, epoch, test_accuracy, test_balanced_error, seconds)
  SELECT run_id, 1, 0.6 + iif(split_id % 2 = 0, even, odd), 0.4 - iif(split_id % 2 = 0, even, odd), 0
  FROM run JOIN gain ON gain.dataset = dataset_id AND gain.method = run.method;
DROP TABLE gain;
DROP TABLE number;
