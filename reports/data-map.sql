-- title: The data map of a run: confidence and variability of every instance
-- heading: Data map, part {part}
-- task: classification, residual-map
-- format: csv
-- param run: run, the run; without it the newest one that is done
-- param part: all|train|test = train, of which part
-- param class: class, only instances of this class
-- plot: points, x=variability, y=confidence, value=correctness, title=_title
-- empty: there is no finished run, or it has no such instances
--
-- Swayamdipta et al. 2020, Figure 1: confidence is the mean of the true class's probability over the epochs, variability
-- its deviation, correctness the share of epochs predicted right. Easy to learn lies high on the left, hard to learn low
-- on the left, ambiguous on the right.
SELECT s.run_id, instance_id, part, class, predicted, p_true_mean AS confidence, p_true_sd AS variability, correctness,
       printf('%s on %s, run %d: %d instances', method, dataset, s.run_id, count(*) OVER ()) AS _title
FROM instance_summary AS s JOIN runs ON runs.run_id = s.run_id
WHERE s.run_id = coalesce(:run, (SELECT max(run_id) FROM runs WHERE status = 'done'))
  AND p_true_mean IS NOT NULL AND :part IN ('all', part) AND (:class IS NULL OR class = :class)
ORDER BY instance_id
