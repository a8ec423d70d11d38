-- title: Difficulty of every instance at every epoch, with du, dl, p_true, weight and residual
-- heading: Difficulty of instances over the epochs
-- format: csv
-- param run: run, required, the run
-- param instance: integers, only these instances (0-based data rows of the CSV), as 3,17
-- param hardest: count, only the N instances that are the hardest at the last recorded epoch
-- param part: all|train|test = all, of which part (with hardest: the hardest of it)
-- param class: class, only instances of this class (with hardest: the hardest of them)
-- plot: lines, x=epoch, y=difficulty, by=_instance, title=_title
-- empty: nothing recorded of run {run} fits: it has no such instances, or its epochs were not recorded
WITH last AS (
  SELECT instance_id, part, class, difficulty FROM dynamics WHERE run_id = :run AND epoch = (SELECT epoch FROM latest)
  UNION ALL
  SELECT instance_id, part, bin, difficulty FROM regression_dynamics WHERE run_id = :run AND epoch = (SELECT epoch FROM latest)
),
latest AS (SELECT max(epoch) AS epoch FROM epoch WHERE run_id = :run AND first_block IS NOT NULL),
picked AS MATERIALIZED (
  SELECT instance_id FROM last
  WHERE (:class IS NULL OR class = :class) AND :part IN ('all', part)
    AND (:instance IS NULL OR instance_id IN (SELECT value FROM json_each(:instance)))
  ORDER BY difficulty DESC, instance_id LIMIT coalesce(:hardest, -1)
)
SELECT run_id, epoch, instance_id, class, difficulty, du, dl, p_true, weight, NULL AS residual,
       instance_id || ' (' || class || ')' AS _instance, 'run ' || run_id AS _title, NULL AS _note
FROM dynamics WHERE run_id = :run AND +instance_id IN picked
UNION ALL
SELECT run_id, epoch, instance_id, bin, difficulty, du, dl, NULL, weight, residual,
       instance_id || ' (' || bin || ')', 'run ' || run_id || '; ' || regression_note('regression'), regression_note('regression') || '.'
FROM regression_dynamics WHERE run_id = :run AND +instance_id IN picked
ORDER BY epoch, instance_id
