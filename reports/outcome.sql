-- title: What a run came to, in short
-- heading: Run {run}
-- param run: run, required, the run
WITH shown AS (SELECT * FROM runs WHERE run_id = :run),
last AS (SELECT epochs.* FROM epochs JOIN shown USING (run_id) WHERE epoch = shown.epochs),
counted AS (SELECT split_class.* FROM split_class JOIN shown USING (split_id)),
part (ordinal, part, rows) AS (
  SELECT 1, 'meta', instances - (SELECT sum(train_instances + test_instances) FROM counted) FROM dataset JOIN shown USING (dataset_id)
  UNION ALL SELECT 2, 'train', sum(train_instances) FROM counted
  UNION ALL SELECT 3, 'test', sum(test_instances) FROM counted
),
largest AS (
  SELECT name AS class, train_instances AS rows FROM counted JOIN shown USING (split_id) JOIN class USING (dataset_id, class_index)
  ORDER BY train_instances DESC, name LIMIT 1
),
off AS (SELECT m.* FROM regression_metrics AS m JOIN shown ON m.run_id = shown.run_id AND m.epoch = shown.epochs AND m.shot = 'all'),
aimed AS MATERIALIZED (
  SELECT s.part, i.target FROM shown JOIN instance_summary AS s ON s.run_id = shown.run_id
  JOIN instance AS i ON i.dataset_id = shown.dataset_id AND i.instance_id = s.instance_id WHERE shown.task = 'regression'
),
-- The summary by itself first: what belongs to three rows is not looked up for all.
hardest AS MATERIALIZED (
  SELECT s.*, coalesce(p_true_mean, -mean_abs_residual) AS ease
  FROM shown JOIN instance_summary AS s ON s.run_id = shown.run_id
  WHERE ease IS NOT NULL ORDER BY ease, s.instance_id LIMIT 3
),
hard AS (
  SELECT row_number() OVER (ORDER BY ease, s.instance_id) AS place, s.instance_id, nullif(source_line, 0) AS source_line, part,
    iif(task = 'regression', printf('%g, off by %.3g on average', target, mean_abs_residual),
      printf('%s, predicted %s; mean probability of %s %.2g', class, predicted, class, p_true_mean)) AS what
  FROM hardest AS s JOIN shown JOIN instance AS i ON i.dataset_id = shown.dataset_id AND i.instance_id = s.instance_id
),
field (ordinal, field, value) AS (
  SELECT 1, 'data', dataset || ': ' || (SELECT sum(rows) FROM part) || ' rows, ' || (
      SELECT features || iif(features = 1, ' feature', ' features') FROM dataset WHERE dataset_id = shown.dataset_id)
    || iif(task = 'regression', '', ', ' || (SELECT classes FROM dataset WHERE dataset_id = shown.dataset_id) || ' classes')
    FROM shown
  UNION ALL SELECT 2, 'parts', group_concat(rows || ' ' || part, ', ') FROM (SELECT * FROM part WHERE rows > 0 ORDER BY ordinal)
  UNION ALL SELECT 3, 'largest class', printf('%s, %.1f %% of the training part', class, 100.0 * rows / (
      SELECT rows FROM part WHERE part = 'train')) FROM largest WHERE (SELECT task FROM shown) <> 'regression'
  UNION ALL SELECT 4, 'accuracy', printf('train %.1f %%', 100 * train_accuracy) ||
      iif(test_accuracy IS NULL, '', printf(', test %.1f %%', 100 * test_accuracy)) FROM last WHERE train_accuracy IS NOT NULL
  UNION ALL SELECT 5, 'balanced error', printf('train %.1f %%', 100 * train_balanced_error) ||
      iif(test_balanced_error IS NULL, '', printf(', test %.1f %%', 100 * test_balanced_error)) FROM last WHERE train_balanced_error IS NOT NULL
  UNION ALL SELECT 4, 'mean absolute error', group_concat(printf('%s %.4g', part, mae), ', ') FROM (
      SELECT * FROM off WHERE mae IS NOT NULL ORDER BY part = 'test')
  UNION ALL SELECT 5, 'root mean squared error', group_concat(printf('%s %.4g', part, sqrt(mse)), ', ') FROM (
      SELECT * FROM off WHERE mse IS NOT NULL ORDER BY part = 'test')
  UNION ALL SELECT 5.5, 'variance explained', group_concat(printf('%s %.1f %%', part, 100 * (1 - mse / variance)), ', ') FROM (
      SELECT off.part, mse, (SELECT avg((target - center) * (target - center)) FROM aimed WHERE aimed.part = off.part) AS variance
      FROM off CROSS JOIN (SELECT avg(target) AS center FROM aimed WHERE part = 'train') WHERE mse IS NOT NULL ORDER BY off.part = 'test')
    WHERE variance > 0
  UNION ALL SELECT 6, 'correlation', group_concat(printf('%s %.3f', part, pearson), ', ') FROM (
      SELECT * FROM off WHERE pearson IS NOT NULL ORDER BY part = 'test')
  UNION ALL SELECT 7 + 0.1 * place, CASE place WHEN 1 THEN 'hardest row' WHEN 2 THEN 'second' ELSE 'third' END,
      printf('instance %d (%s%s): %s', instance_id, coalesce('line ' || source_line || ', ', ''), part, what) FROM hard
)
SELECT field, value FROM field WHERE value IS NOT NULL ORDER BY ordinal
