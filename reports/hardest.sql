-- title: The hardest instances of a run, and why
-- heading: The hardest instances of run {run}, by their difficulty at the end
-- note: p_true: mean probability of the true class over the epochs; correctness: share of epochs it was predicted right.
-- param run: run, required, the run
-- param count: count = 10, how many
-- param part: all|train|test = all, of which part
-- param class: class, only instances of this class
SELECT s.instance_id, i.source_line, s.part, s.class, s.predicted, s.difficulty, s.p_true_mean, s.correctness,
       s.forgetting_events, i.features
FROM instance_summary AS s JOIN runs USING (run_id)
JOIN instances AS i ON i.dataset = runs.dataset AND i.instance_id = s.instance_id
WHERE s.run_id = :run AND (:class IS NULL OR s.class = :class) AND :part IN ('all', s.part)
ORDER BY s.difficulty DESC, s.instance_id LIMIT :count
