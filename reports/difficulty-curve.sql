-- title: Difficulty of every instance at every epoch, with du, dl, p_true and weight
-- heading: Difficulty of instances over the epochs
-- format: csv
-- param run: run, required, the run
-- param instance: integers, only these instances (0-based data rows of the CSV), as 3,17
-- param hardest: count, only the N instances that are the hardest at the last recorded epoch
-- param part: all|train|test = all, of which part (with hardest: the hardest of it)
-- param class: class, only instances of this class (with hardest: the hardest of them)
-- plot: lines, x=epoch, y=difficulty, by=_instance, title=_title
-- empty: nothing recorded of run {run} fits: it has no such instances, or its epochs were not recorded
SELECT run_id, epoch, instance_id, class, difficulty, du, dl, p_true, weight,
       instance_id || ' (' || class || ')' AS _instance, 'run ' || run_id AS _title
FROM dynamics
WHERE run_id = :run AND (:class IS NULL OR class = :class) AND :part IN ('all', part)
  AND (:instance IS NULL OR instance_id IN (SELECT value FROM json_each(:instance)))
  AND (:hardest IS NULL OR instance_id IN (
    SELECT instance_id FROM dynamics
    WHERE run_id = :run AND (:class IS NULL OR class = :class) AND :part IN ('all', part)
      AND epoch = (SELECT max(epoch) FROM epoch WHERE run_id = :run AND first_block IS NOT NULL)
    ORDER BY difficulty DESC, instance_id LIMIT :hardest))
ORDER BY epoch, instance_id
