-- Beside report_setup.sql: runs made by 'hardrow adjust' (30 to 32; 31 is called as trained ones are), then glass again
-- from another file (dataset 3, and 4, an imbalance of the same file): three newer runs (40 to 42), and last an
-- adjustment of a run on the older glass (43).
INSERT INTO dataset (dataset_id, name, sha256, label, missing, instances, features, classes, origin) VALUES
  (3, 'glass', 'cc', 'type', 'error', 3, 1, 2, 'cc'), (4, 'glass', 'dd', 'type', 'error', 2, 1, 2, 'cc');
INSERT INTO split (split_id, dataset_id, seed, test_fraction, stratified, test, sha256)
  SELECT dataset_id * 10 + value, dataset_id, value, 0.25, 1, x'000001', 'mask' FROM dataset, json_each('[0,1,2,3]')
  WHERE dataset_id > 2;
CREATE TEMP TABLE copy (run_id INTEGER PRIMARY KEY, source, dataset, split, method, accuracy, adjusted_from);
INSERT INTO copy VALUES
  (30, 1, 1, 0, 'base+ncm', 0.99, 1), (31, 17, 1, 0, 'difficulty', 0.01, 17), (32, 2, 1, 1, 'base+ncm', 0.97, 2),
  (40, 5, 3, 0, 'base', 0.20, NULL), (41, 6, 4, 1, 'base', 0.40, NULL), (42, 13, 3, 0, 'difficulty', 0.30, NULL),
  (43, 5, 2, 0, 'base+ncm', 0.98, 5);
INSERT INTO run (run_id, experiment_id, dataset_id, split_id, model, method, seed, status, settings, block_instances,
    hardrow_version, blas, blas_threads, compiler, host, pid, argv, started_at_ms, source_run_id)
  SELECT copy.run_id, experiment_id, copy.dataset, copy.dataset * 10 + copy.split, model, copy.method, seed, status, settings,
    block_instances, hardrow_version, blas, blas_threads, compiler, host, pid, argv, started_at_ms, copy.adjusted_from
  FROM copy JOIN run ON run.run_id = copy.source;
INSERT INTO epoch (run_id, epoch, test_accuracy, seconds) SELECT run_id, 1, accuracy, 0.001 FROM copy;
DROP TABLE copy;
