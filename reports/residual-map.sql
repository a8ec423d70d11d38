-- title: The map of a regression: mean and deviation of every instance's |residual| over the epochs
-- heading: Residual map, part {part}
-- task: regression, data-map
-- format: csv
-- param run: run, the run; without it the newest one that is done
-- param part: all|train|test = train, of which part
-- plot: points, x=variability, y=mean_abs_residual, value=target, title=_title
-- empty: there is no finished run, or it has no such instances
--
-- data-map for numbers, and ours: what is far off lies high, what moved much from epoch to epoch on the right. variability is
-- the population deviation of |residual|.
SELECT s.run_id, s.instance_id, s.part, i.target, mean_abs_residual,
       sqrt(max(0, mean_loss - mean_abs_residual * mean_abs_residual)) AS variability, last_residual,
       printf('%s on %s, run %d: %d instances; colour: the target', method, runs.dataset, s.run_id, count(*) OVER ()) AS _title
FROM instance_summary AS s JOIN runs ON runs.run_id = s.run_id
JOIN instances AS i ON i.dataset_id = runs.dataset_id AND i.instance_id = s.instance_id
WHERE s.run_id = coalesce(:run, (SELECT max(run_id) FROM runs WHERE status = 'done'))
  AND mean_abs_residual IS NOT NULL AND :part IN ('all', s.part)
ORDER BY s.instance_id
