-- One experiment on two data sets: digits by parity, with sub-classes, and iris without. 'digits': even = 0 (4 training
-- instances, 2 tests), 2 (2, 2), 4 (1, 3); odd = 1 (3, 2), 3 (1, 2). base has splits 0 and 1; difficulty split 0 with
-- two seeds, of which one was done again, and a diverged split 1.
INSERT INTO dataset (dataset_id, name, sha256, label, missing, instances, features, classes) VALUES
  (1, 'iris', 'aa', 'species', 'error', 1, 1, 1),
  (2, 'digits-even-odd', 'bb', 'digit', 'error', 22, 1, 2);
INSERT INTO class (dataset_id, class_index, name) VALUES (1, 0, 'setosa'), (2, 0, 'even'), (2, 1, 'odd');
CREATE TEMP TABLE digit (digit INTEGER PRIMARY KEY, train, test, heavy);
INSERT INTO digit VALUES (0, 4, 2, 0.5), (1, 3, 2, 1), (2, 2, 2, 1), (3, 1, 2, 2.5), (4, 1, 3, 2);
-- number: among the test instances of its digit, from 1; NULL trains.
CREATE TEMP TABLE image AS
  SELECT row_number() OVER (ORDER BY digit, value) - 1 AS position, digit, heavy,
         iif(value > train, value - train, NULL) AS number
  FROM digit, json_each('[1,2,3,4,5,6]') WHERE value <= train + test;
INSERT INTO instance (dataset_id, position, instance_id, source_line, class_index, subclass)
  SELECT 2, position, 100 + position, 1, digit % 2, digit FROM image UNION ALL SELECT 1, 0, 0, 2, 0, NULL;
INSERT INTO split (split_id, dataset_id, seed, test_fraction, stratified, test, given, sha256)
  SELECT dataset_id * 10 + value, dataset_id, value, 0.5, 0, x'00', 1, 'mask' FROM dataset, json_each('[0,1]');
INSERT INTO experiment (experiment_id, name, source) VALUES (1, 'parity', '[sweep]');
INSERT INTO experiment_dataset (experiment_id, ordinal, dataset, title) VALUES
  (1, 0, 'iris', 'Iris'), (1, 1, 'digits-even-odd', 'Digits');
INSERT INTO experiment_method (experiment_id, ordinal, method) VALUES
  (1, 0, 'base'), (1, 1, 'difficulty'), (1, 2, 'bootstrap');
INSERT INTO published (experiment_id, method, dataset, metric, value, source) VALUES
  (1, 'base', 'digits-even-odd', 'accuracy', 86.04, 'the paper'), (1, 'base', 'iris', 'accuracy', 93.3, 'the paper'),
  (1, 'base', 'digits-even-odd', 'even minority', 85.54, 'the paper'),
  (1, 'focal', 'digits-even-odd', 'sub-class ratio', 37.3, 'another paper');
-- hits: how many of the first test instances of each digit are right, by digit.
CREATE TEMP TABLE result (run_id INTEGER PRIMARY KEY, dataset, split, method, seed, status, hits);
INSERT INTO result VALUES
  (1, 1, 0, 'base', 0, 'done', NULL),
  (2, 2, 0, 'base', 0, 'done', '[2,2,1,1,0]'), (3, 2, 1, 'base', 0, 'done', '[2,2,2,0,3]'),
  (4, 2, 0, 'difficulty', 0, 'done', '[0,0,0,0,0]'), (5, 2, 0, 'difficulty', 1, 'done', '[2,2,2,2,3]'),
  (6, 2, 0, 'difficulty', 0, 'done', '[1,2,0,2,3]'), (7, 2, 1, 'difficulty', 0, 'diverged', '[0,0,0,0,0]');
INSERT INTO run (run_id, experiment_id, dataset_id, split_id, model, method, seed, status, message, settings, block_instances,
    hardrow_version, git_commit, blas, blas_threads, compiler, host, pid, argv, started_at_ms, finished_at_ms)
  SELECT run_id, 1, dataset, dataset * 10 + split, 'mlp', method, seed, status, NULL, '{}', 64, '0.1.0', NULL,
    'OpenBLAS 0.3.21', 1, 'gcc 12.2.0', 'example', 42, '[]', 0, 1
  FROM result;
INSERT INTO instance_summary (run_id, instance_id, part, class, weight, predicted)
  SELECT run_id, 100 + position, iif(number IS NULL, 'train', 'test'), iif(digit % 2, 'odd', 'even'),
         iif(number IS NULL, iif(method = 'base', 1, heavy), NULL),
         iif((number IS NULL OR number <= hits ->> digit) = digit % 2, 'odd', 'even')
  FROM result, image WHERE dataset = 2;
