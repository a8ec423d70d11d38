-- Two experiments. 'small': three data sets (one without runs), three methods, four splits; with a run that was done
-- again, one that diverged when it was, two seeds of one split, a diverged and an interrupted run. 'later' is newer and
-- has one method and one split.
INSERT INTO dataset (dataset_id, name, sha256, label, missing, instances, features, classes, instance_bytes) VALUES
  (1, 'iris', 'aa', 'species', 'error', 4, 2, 2, 2),
  (2, 'glass', 'bb', 'type', 'error', 3, 1, 2, 1);
INSERT INTO class (dataset_id, class_index, name) VALUES
  (1, 0, 'setosa'), (1, 1, 'virginica'), (2, 0, '1'), (2, 1, '2');
INSERT INTO instance (dataset_id, position, instance_id, source_line, class_index) VALUES
  (1, 0, 0, 2, 0), (1, 1, 1, 3, 0), (1, 2, 2, 4, 1), (1, 3, 3, 6, 1), (2, 0, 0, 2, 0), (2, 1, 1, 3, 1), (2, 2, 2, 4, 1);
INSERT INTO feature (dataset_id, feature_index, name, storage, place, low, divisor) VALUES
  (1, 0, 'length', 'uint8', 0, 0, 10), (1, 1, 'width', 'uint8', 1, 0, 10), (2, 0, 'RI', 'uint8', 0, 0, 100);
-- 5.1 3.5, 4.9 3, 6.3 3.3, 5.8 2.7; 1.52, 1.51, 1.53
INSERT INTO feature_block (dataset_id, block, value) VALUES (1, 0, x'3323311e3f213a1b'), (2, 0, x'989799');
INSERT INTO split (split_id, dataset_id, seed, test_fraction, stratified, test, sha256)
  SELECT dataset_id * 10 + value, dataset_id, value, 0.25, 1, iif(dataset_id = 1, x'00000001', x'000001'), 'mask'
  FROM dataset, json_each('[0,1,2,3]');
INSERT INTO split_class (split_id, class_index, train_instances, test_instances)
  SELECT split_id, 0, 2, 0 FROM split UNION ALL SELECT split_id, 1, 1, 1 FROM split;
INSERT INTO experiment (experiment_id, name, source) VALUES (1, 'small', '[sweep]'), (2, 'later', '[sweep]');
INSERT INTO experiment_dataset (experiment_id, ordinal, dataset, title) VALUES
  (1, 1, 'glass', 'Glass'), (1, 2, 'iris', 'Iris'), (1, 3, 'robot-4', 'Robot'), (2, 1, 'iris', 'Iris');
INSERT INTO experiment_method (experiment_id, ordinal, method) VALUES
  (1, 1, 'base'), (1, 2, 'bootstrap'), (1, 3, 'difficulty'), (2, 1, 'base');
INSERT INTO published (experiment_id, method, dataset, metric, value, source) VALUES
  (1, 'base', 'glass', 'accuracy', 34.9, 'the paper'), (1, 'base', 'iris', 'accuracy', 93.3, 'the paper'), (1, 'base', 'robot-4', 'accuracy', 93.5, 'the paper'),
  (1, 'difficulty', 'glass', 'accuracy', 53.5, 'the paper'), (1, 'difficulty', 'iris', 'accuracy', 96.7, 'the paper'), (1, 'difficulty', 'robot-4', 'accuracy', 94.1, 'the paper');

CREATE TEMP TABLE result (run_id INTEGER PRIMARY KEY, experiment, dataset, split, method, seed, status, accuracy, ber);
INSERT INTO result VALUES
  (1, 1, 1, 0, 'base', 0, 'done', 0.90, 0.10), (2, 1, 1, 1, 'base', 0, 'done', 0.95, 0.05),
  (3, 1, 1, 2, 'base', 0, 'done', 0.85, 0.15), (4, 1, 1, 3, 'base', 0, 'done', 0.90, 0.10),
  (5, 1, 2, 0, 'base', 0, 'done', 0.50, 0.60), (6, 1, 2, 1, 'base', 0, 'done', 0.60, 0.50),
  (7, 1, 2, 2, 'base', 0, 'done', 0.40, 0.70), (8, 1, 2, 3, 'base', 0, 'done', 0.55, 0.55),
  (9, 1, 1, 0, 'difficulty', 0, 'done', 0.10, 0.90),
  (10, 1, 1, 1, 'difficulty', 0, 'done', 1.00, 0.00), (11, 1, 1, 2, 'difficulty', 0, 'done', 0.90, 0.10),
  (12, 1, 1, 3, 'difficulty', 0, 'done', 0.80, 0.20),
  (13, 1, 2, 0, 'difficulty', 0, 'done', 0.70, 0.40), (14, 1, 2, 1, 'difficulty', 0, 'done', 0.60, 0.40),
  (15, 1, 2, 2, 'difficulty', 0, 'diverged', NULL, NULL), (16, 1, 2, 3, 'difficulty', 0, 'done', 0.65, 0.50),
  (17, 1, 1, 0, 'difficulty', 0, 'done', 0.90, 0.10),
  (18, 1, 1, 0, 'bootstrap', 0, 'done', 0.80, 0.20), (19, 1, 1, 0, 'bootstrap', 1, 'done', 1.00, 0.00),
  (20, 1, 1, 1, 'bootstrap', 0, 'done', 0.90, 0.10), (21, 1, 2, 0, 'bootstrap', 0, 'done', 0.45, 0.65),
  (22, 1, 2, 1, 'bootstrap', 0, 'interrupted', 0.99, 0.01),
  (23, 2, 1, 0, 'base', 0, 'done', 0.75, 0.25),
  (24, 1, 2, 3, 'bootstrap', 0, 'done', 0.77, 0.33), (25, 1, 2, 3, 'bootstrap', 0, 'diverged', NULL, NULL);
INSERT INTO run (run_id, experiment_id, dataset_id, split_id, model, method, seed, status, message, settings, block_instances,
    hardrow_version, git_commit, blas, blas_threads, compiler, host, pid, argv, started_at_ms, finished_at_ms)
  SELECT run_id, experiment, dataset, dataset * 10 + split, 'logreg', method, seed, status,
    iif(status = 'diverged', 'the loss is not finite', NULL), '{"epochs":2,"learning_rate":0.01,"scale":"standard"}', 64,
    '0.1.0', NULL, 'OpenBLAS 0.3.21', 1, 'gcc 12.2.0', 'example', 42, '["hardrow","sweep","small.ini"]',
    1767225600000 + 1000 * run_id, 1767225600500 + 1000 * run_id
  FROM result;
INSERT INTO epoch (run_id, epoch, first_block, train_loss, train_accuracy, test_loss, test_accuracy, test_balanced_error,
    effective_sample_size, seconds)
  SELECT run_id, 1, NULL, 0.7, 0.5, 0.8, 0.5, 0.5, 3, 0.001 FROM result
  UNION ALL
  SELECT run_id, 2, NULL, iif(status = 'diverged', NULL, 0.3), accuracy, 0.4, accuracy, ber, 2.9, 0.001 FROM result;
UPDATE epoch SET test_macro_f1 = test_accuracy - 0.05, test_calibration_error = test_balanced_error / 2,
  test_few_shot_accuracy = iif(run_id < 5, 1 - test_balanced_error, NULL);
-- Both epochs of run 1 are recorded. Two classes, four instances, the last one is the test part (weight NULL, draws
-- unknown). Columns: predicted, difficulty, weight, du, dl, draws, p (of the first class, then of the second).
UPDATE epoch SET first_block = epoch WHERE run_id = 1;
INSERT INTO block (block_id, predicted, difficulty, weight, du, dl, draws, p) VALUES
  (1, x'0000010001000100', x'0000403f0000a03f0000803f0000803f', x'0000403f0000a03f0000803f0000c07f',
   x'000000000000803e0000000000000000', x'0000003f00000000000000000000003e', x'010002000000ffff',
   x'0000403f0000803e0000003f0000003f0000803e0000403f0000003f0000003f'),
  (2, x'0000010001000100', x'0000003f0000c03f0000803f0000c03f', x'0000403f0000a03f0000803f0000c07f',
   x'000000000000003e000000000000003f', x'0000803e000000000000803d00000000', x'010001000100ffff',
   x'0000603f0000803e0000803e0000803e0000003e0000403f0000403f0000403f');
INSERT INTO class_epoch (run_id, epoch, class_index, train_correct, test_correct, sampling_share, weight_norm) VALUES
  (1, 1, 0, 1, 0, 0.5, 0.25), (1, 1, 1, 1, 0, 0.5, 0.25), (1, 2, 0, 2, 0, 0.6, 0.75), (1, 2, 1, 1, 1, 0.4, 0.5);
INSERT INTO instance_summary (run_id, instance_id, part, class, p_true_mean, p_true_sd, correctness, forgetting_events,
    difficulty, weight, predicted, mean_loss, last_loss, aum, el2n, ever_learned, first_learned, unlearned_epochs,
    grand) VALUES
  (1, 0, 'train', 'setosa', 0.75, 0.125, 1.0, 0, 0.5, 0.8, 'setosa', 0.25, 0.125, 1.5, 0.25, 1, 1, 0, 0.375),
  (1, 1, 'train', 'setosa', 0.25, 0.125, 0.0, NULL, 1.5, 1.2, 'virginica', 1.5, 1.75, -1.25, 1.0, 0, NULL, 1, 2.5),
  (1, 2, 'train', 'virginica', 0.5, 0.25, 0.5, 1, 1.0, 1.0, 'virginica', 0.75, 0.875, 0.0, 0.5, 1, 1, 1, 0.625),
  (1, 3, 'test', 'virginica', 0.625, 0.0, 1.0, 0, 1.5, NULL, 'virginica', 0.5, 0.5, 0.5, 0.75, 1, 1, 0, 1.25);
DROP TABLE result;
