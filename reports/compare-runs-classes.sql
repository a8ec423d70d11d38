-- title: Two runs: the rows that one gets right and the other wrong, by class, with McNemar's exact test
-- heading: Rows of the {part} part of both, at the end of the runs
-- note: fixed: run {run} is wrong and run {other} right; broken: the other way round. p: McNemar's exact test, about these
-- note: two models and rows: another seed or split moves more than it allows for.
-- task: classification, compare-runs-residuals
-- param run: run, required, the first run
-- param other: run, required, the second run
-- param part: test|train = test, of which part
-- pivot: row=_class, column="rows", cell=instances
-- pivot: row=_class, column="both right", cell=both_right
-- pivot: row=_class, column="fixed", cell=fixed
-- pivot: row=_class, column="broken", cell=broken
-- pivot: row=_class, column="both wrong", cell=both_wrong
-- pivot: row=_class, column="p", cell=_p
-- below: compare-runs-residuals
-- empty: runs {run} and {other} have no row of the {part} part in common
--
-- The data may be thinned out in two ways, but it must be the same file with the same label. The row without a class
-- is that of all classes.
WITH judged AS (
  SELECT first.class, first.predicted = first.class AS was_right, second.predicted = second.class AS is_right
  FROM run AS a JOIN dataset AS here ON here.dataset_id = a.dataset_id
  JOIN run AS b ON b.run_id = :other JOIN dataset AS there ON there.dataset_id = b.dataset_id
  CROSS JOIN instance_summary AS first ON first.run_id = a.run_id
  CROSS JOIN instance_summary AS second ON second.run_id = b.run_id AND second.instance_id = first.instance_id
  WHERE a.run_id = :run AND here.task = 'classification' AND first.part = :part AND second.part = :part AND first.class = second.class
    AND (here.dataset_id = there.dataset_id
      OR (here.origin <> '' AND (here.origin, here.label, here.missing) = (there.origin, there.label, there.missing)))
),
tally AS (
  SELECT class, count(*) AS instances, sum(was_right AND is_right) AS both_right, sum(NOT was_right AND is_right) AS fixed,
         sum(was_right AND NOT is_right) AS broken, sum(NOT was_right AND NOT is_right) AS both_wrong
  FROM judged GROUP BY class
),
shown AS (
  SELECT 0 AS total, tally.*, NULL AS p FROM tally
  UNION ALL
  SELECT 1, NULL, sum(instances), sum(both_right), sum(fixed), sum(broken), sum(both_wrong), mcnemar_p(sum(fixed), sum(broken))
  FROM tally HAVING count(*) > 0
)
SELECT class, instances, both_right, fixed, broken, both_wrong, p,
       coalesce(class, 'all') AS _class, CASE WHEN p IS NOT NULL THEN printf(iif(p < 0.001, '%.1e', '%.3f'), p) END AS _p
FROM shown ORDER BY total, CAST(class AS INTEGER), class
