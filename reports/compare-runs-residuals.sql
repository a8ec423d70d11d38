-- title: Two runs of a regression: the rows that each predicts nearer to their target
-- heading: Rows of the {part} part of both, at the end of the runs, by how many training instances the target's bin has
-- note: closer: run {other} predicts the row nearer to its target than run {run} does; farther: the other way round.
-- note: many: bins of more than 100 training instances, few: of fewer than 20.
-- task: regression, compare-runs-classes
-- param run: run, required, the first run
-- param other: run, required, the second run
-- param part: test|train = test, of which part
-- pivot: row=shot, column="rows", cell=instances
-- pivot: row=shot, column=_first_name, cell=_first
-- pivot: row=shot, column=_second_name, cell=_second
-- pivot: row=shot, column="closer", cell=closer
-- pivot: row=shot, column="farther", cell=farther
-- empty: runs {run} and {other} have no row of the {part} part in common
--
-- first and second: means of |residual|. The data may be thinned out in two ways, but it must be the same file with the same
-- label.
WITH beside AS (
  SELECT abs(first.last_residual) AS first, abs(second.last_residual) AS second,
         (SELECT train_instances FROM split_class JOIN class USING (class_index)
          WHERE split_class.split_id = a.split_id AND class.dataset_id = a.dataset_id AND class.name = first.class) AS size
  FROM run AS a JOIN dataset AS here ON here.dataset_id = a.dataset_id
  JOIN run AS b ON b.run_id = :other JOIN dataset AS there ON there.dataset_id = b.dataset_id
  CROSS JOIN instance_summary AS first ON first.run_id = a.run_id
  CROSS JOIN instance_summary AS second ON second.run_id = b.run_id AND second.instance_id = first.instance_id
  WHERE a.run_id = :run AND first.part = :part AND second.part = :part
    AND first.last_residual IS NOT NULL AND second.last_residual IS NOT NULL
    AND (here.dataset_id = there.dataset_id
      OR (here.origin <> '' AND (here.origin, here.label, here.missing) = (there.origin, there.label, there.missing)))
),
grouped AS (
  SELECT CASE WHEN size > 100 THEN 1 WHEN size >= 20 THEN 2 ELSE 3 END AS place, first, second FROM beside
  UNION ALL
  SELECT 0, first, second FROM beside
)
SELECT CASE place WHEN 0 THEN 'all' WHEN 1 THEN 'many' WHEN 2 THEN 'medium' ELSE 'few' END AS shot, count(*) AS instances,
       avg(first) AS first, avg(second) AS second, sum(second < first) AS closer, sum(second > first) AS farther,
       'run ' || :run AS _first_name, 'run ' || :other || iif(:run = :other, ' again', '') AS _second_name,
       printf('%.4g', avg(first)) AS _first, printf('%.4g', avg(second)) AS _second
FROM grouped GROUP BY place ORDER BY place
