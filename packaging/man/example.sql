-- title: The mean loss of each class
-- heading: Mean loss of the classes of run {run}
-- note: The mean is one over instances and epochs.
-- param run: run, the run; without it the newest one
-- plot: bars, x=class, y=loss
-- empty: there is no run
--
SELECT class, count(*) AS instances, avg(mean_loss) AS loss
FROM instance_summary
WHERE run_id = coalesce(:run, (SELECT max(run_id) FROM runs))
GROUP BY class
ORDER BY loss DESC
