-- title: The slices of a data set, by quantiles of its features, where a run predicts worst
-- heading: Slices with the worst {by}, part {part}
-- note: A slice: the instances with a feature between from and to. low and high: 95 % interval of the accuracy (Wilson).
-- note: The interval is that of one slice chosen beforehand; of many slices the worst looks worse than it is.
-- param run: run, the run; without it the newest one that is done
-- param part: all|train|test = all, of which part
-- param by: accuracy|p-true = accuracy, what is worst
-- param quantiles: count = 4, into so many slices each feature is cut
-- param smallest: count = 10, slices of fewer instances are left out
-- param count: count = 10, how many slices
-- plot: bars, x=_slice, y=accuracy, low=low, high=high, title=_title, xtitle="slice"
-- empty: there is no finished run, or it predicts numbers, or no slice is large enough, or the file does not hold the features (too many)
--
-- Equal values of a feature are in the same slice. p_true is the mean over instances and epochs. The search over single
-- features is the first level of slice finding (Chung et al. 2019).
WITH subject AS (
  SELECT run_id, dataset_id, dataset, method FROM runs
  WHERE run_id = coalesce(:run, (SELECT max(run_id) FROM runs WHERE status = 'done')) AND task = 'classification'
),
member AS MATERIALIZED (
  SELECT instance_id, s.predicted = s.class AS right, p_true_mean AS p_true
  FROM subject CROSS JOIN instance_summary AS s USING (run_id)
  WHERE :part IN ('all', part)
),
cut AS (
  SELECT feature_index, feature, value, right, p_true,
         (rank() OVER (PARTITION BY feature_index ORDER BY value) - 1) * :quantiles
           / count(*) OVER (PARTITION BY feature_index) AS slice
  FROM subject CROSS JOIN features USING (dataset_id) CROSS JOIN member USING (instance_id)
),
slice AS (
  SELECT feature_index, feature, min(value) AS "from", max(value) AS "to", count(*) AS instances, sum(right) AS correct,
         avg(right) AS accuracy, avg(p_true) AS p_true
  FROM cut GROUP BY feature_index, slice
  -- The whole is no slice: a feature with one value.
  HAVING count(*) >= :smallest AND count(*) < (SELECT count(*) FROM member)
),
-- Wilson 1927.
normal (z) AS (VALUES (1.959963984540054)),
result AS (
  SELECT slice.*, (accuracy + z * z / 2 / instances) / (1 + z * z / instances) AS middle,
         z / (1 + z * z / instances)
           * sqrt(accuracy * (1 - accuracy) / instances + z * z / 4 / instances / instances) AS reach
  FROM slice CROSS JOIN normal
)
SELECT feature, "from", "to", instances, correct, accuracy, middle - reach AS low, middle + reach AS high, p_true,
       printf('%s %.4g to %.4g', feature, "from", "to") AS _slice,
       printf('%s on %s, run %d', method, dataset, run_id) AS _title,
       (SELECT printf('All %d instances: accuracy %.4f, p_true %.4f.', count(*), avg(right), avg(p_true)) FROM member) AS _note
FROM result CROSS JOIN subject
ORDER BY CASE :by WHEN 'p-true' THEN p_true ELSE accuracy END, instances DESC, feature_index, "from" LIMIT :count
