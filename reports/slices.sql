-- title: The slices of a data set, by quantiles of its features, where a run predicts worst
-- heading: The worst slices, part {part}
-- note: A slice: the instances with a feature between from and to, or without a value of it.
-- param run: run, the run; without it the newest one that is done
-- param part: all|train|test = all, of which part
-- param by: accuracy|p-true = accuracy, what is worst; of a regression it is the mean of |residual|
-- param quantiles: count = 4, into so many slices each feature is cut
-- param smallest: count = 10, slices of fewer instances are left out
-- param count: count = 10, how many slices
-- plot: bars, x=_slice, y=_worst, low=low, high=high, title=_title, xtitle="slice", ytitle="accuracy, or mean |residual|"
-- empty: there is no finished run, or no slice is large enough, or the file does not hold the features (too many)
--
-- Equal values of a feature are in the same slice; of the levels of a text column, each is one. p_true is the mean over
-- instances and epochs, mean_abs_residual that of |residual| after the last epoch, ratio how much it is of that of all. The
-- search over single features is the first level of slice finding (Chung et al. 2019).
WITH subject AS (
  SELECT run_id, dataset_id, dataset, method, task = 'regression' AS is_regression FROM runs
  WHERE run_id = coalesce(:run, (SELECT max(run_id) FROM runs WHERE status = 'done'))
),
member AS MATERIALIZED (
  SELECT instance_id, iif(is_regression, NULL, s.predicted = s.class) AS right, p_true_mean AS p_true,
         abs(last_residual) AS error
  FROM subject CROSS JOIN instance_summary AS s USING (run_id)
  WHERE :part IN ('all', part)
),
whole AS (SELECT count(*) AS instances, avg(right) AS accuracy, avg(p_true) AS p_true, avg(error) AS error FROM member),
-- The features of a text column, NAME=LEVEL, lack their values in the same rows.
value AS (
  SELECT feature_index, iif(value IS NULL AND instr(feature, '=') > 1, substr(feature, 1, instr(feature, '=') - 1), feature) AS feature,
         value, right, p_true, error
  FROM subject CROSS JOIN features USING (dataset_id) CROSS JOIN member USING (instance_id)
),
cut AS (
  SELECT feature_index, feature, value, right, p_true, error,
         (rank() OVER (PARTITION BY feature_index ORDER BY value) - 1) * :quantiles
           / count(*) OVER (PARTITION BY feature_index) AS slice
  FROM value WHERE value IS NOT NULL
  UNION ALL
  SELECT feature_index, feature, NULL, right, p_true, error, -1 FROM value
  WHERE value IS NULL AND feature_index IN (SELECT min(feature_index) FROM value WHERE value IS NULL GROUP BY feature)
),
slice AS (
  SELECT feature_index, feature, min(value) AS "from", max(value) AS "to", count(*) AS instances, sum(right) AS correct,
         avg(right) AS accuracy, avg(p_true) AS p_true, avg(error) AS error,
         sqrt(max(0, avg(error * error) - avg(error) * avg(error)) / count(*)) AS deviation
  FROM cut GROUP BY feature_index, slice
  -- The whole is no slice, a feature with one value; nor are the instances that do not have a level.
  HAVING count(*) >= :smallest AND count(*) < (SELECT instances FROM whole)
    AND NOT coalesce(instr(feature, '=') > 1 AND max(value) = 0 AND min(value) = 0, 0)
),
-- Wilson 1927.
normal (z) AS (VALUES (1.959963984540054)),
result AS (
  SELECT slice.*, coalesce((accuracy + z * z / 2 / instances) / (1 + z * z / instances), error) AS middle,
         coalesce(z / (1 + z * z / instances)
           * sqrt(accuracy * (1 - accuracy) / instances + z * z / 4 / instances / instances), z * deviation) AS reach
  FROM slice CROSS JOIN normal
)
SELECT feature, "from", "to", result.instances, correct, result.accuracy, result.error AS mean_abs_residual,
       result.error / whole.error AS ratio, middle - reach AS low, middle + reach AS high, result.p_true,
       iif("from" IS NULL, feature || ' missing', printf('%s %.4g to %.4g', feature, "from", "to")) AS _slice,
       coalesce(result.accuracy, result.error) AS _worst,
       printf('%s on %s, run %d', method, dataset, run_id) AS _title,
       iif(is_regression,
           printf('low and high: 95 %% interval of the mean |residual|. ratio: to that of all %d instances, %.4g.', whole.instances, whole.error),
           printf('low and high: 95 %% interval of the accuracy (Wilson). All %d instances: accuracy %.4f, p_true %.4f.',
                  whole.instances, whole.accuracy, whole.p_true))
         || '
The interval is that of one slice chosen beforehand; of many slices the worst looks worse than it is.' AS _note
FROM result CROSS JOIN subject CROSS JOIN whole
ORDER BY CASE WHEN is_regression THEN -result.error WHEN :by = 'p-true' THEN result.p_true ELSE result.accuracy END,
         result.instances DESC, feature_index, "from" LIMIT :count
