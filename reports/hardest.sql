-- title: The hardest instances of a run, and why
-- heading: The hardest instances, by their difficulty at the end of the run
-- note: p_true_mean: the true class's probability, mean over the epochs; correctness: share of epochs predicted right.
-- param run: run, the run; without it the newest one that is done
-- param dataset: dataset, without --run: the newest run on this data set
-- param count: count = 10, how many instances
-- param part: all|train|test = all, of which part
-- param class: class, only instances of this class
-- empty: there is no finished run, or it has no such instances
SELECT s.run_id, s.instance_id, i.source_line, s.part, s.class, s.predicted, s.difficulty, s.p_true_mean, s.correctness,
       s.forgetting_events, i.features
FROM instance_summary AS s JOIN runs USING (run_id)
JOIN instances AS i ON i.dataset_id = runs.dataset_id AND i.instance_id = s.instance_id
WHERE s.run_id = coalesce(:run, (
    SELECT max(run_id) FROM runs WHERE status = 'done' AND (:dataset IS NULL OR dataset = :dataset)))
  AND (:class IS NULL OR s.class = :class) AND :part IN ('all', s.part)
ORDER BY s.difficulty DESC, s.instance_id LIMIT :count
