-- title: Mean loss and difficulty over the epochs of instances that are unlearned rarely and often
-- heading: Loss and difficulty of instances by the share of epochs in which they are unlearned
-- task: classification, hardest
-- format: csv
-- param run: run, the run; without it the newest one that is done and recorded from its first epoch on
-- param shares: integers, unlearned in about so many percent of the epochs; without it 10,20,40
-- param tolerance: amount = 2, so many points more or less are about the same
-- param part: all|train|test = train, of which part
-- param fall: amount = 0.00001, a smaller fall of p_true is none
-- plot: lines, x=epoch, y=loss, by=_share_of_epochs, title=_title, ytitle="mean loss, -ln p(true class)"
-- plot: lines, x=epoch, y=difficulty, by=_share_of_epochs, ytitle="mean difficulty"
-- empty: there is no finished run that is recorded from its first epoch on, or none of its instances is unlearned that often
--
-- The paper's Figure 4 (Yu et al. 2022); unlearned as in unlearning-frequency. A probability below the run's floor counts
-- as the floor.
WITH subject AS (
  SELECT run_id, dataset, method, coalesce(settings ->> 'floor', 1e-12) AS floor,
         1.0 / (SELECT count(*) FROM class WHERE class.dataset_id = runs.dataset_id) AS p
  FROM runs WHERE run_id = coalesce(:run, (
    SELECT max(run_id) FROM runs JOIN epochs USING (run_id) WHERE status = 'done' AND epoch = 1 AND recorded))
),
step AS MATERIALIZED (
  SELECT instance_id, epoch, -ln(max(p_true, floor)) AS loss, difficulty, lag(epoch, 1, 0) OVER path AS epoch_before,
         lag(p_true, 1, p) OVER path - p_true > :fall AS is_fall
  FROM subject CROSS JOIN dynamics USING (run_id)
  WHERE :part IN ('all', part)
  WINDOW path AS (PARTITION BY instance_id ORDER BY epoch)
),
frequency AS (
  SELECT instance_id, avg(is_fall) AS frequency FROM step WHERE epoch_before = epoch - 1 GROUP BY instance_id
),
chosen AS MATERIALIZED (
  SELECT value AS share, instance_id, count(*) OVER (PARTITION BY value) AS instances
  FROM json_each(coalesce(:shares, '[10,20,40]'))
  JOIN frequency ON abs(100 * frequency - value) <= :tolerance + 1e-9
)
SELECT run_id, share, instances, epoch, avg(loss) AS loss, avg(difficulty) AS difficulty,
       printf('%d %% (%d instances)', share, instances) AS _share_of_epochs,
       printf('%s on %s, run %d', method, dataset, run_id) AS _title
FROM subject CROSS JOIN chosen JOIN step USING (instance_id)
GROUP BY share, epoch ORDER BY share, epoch
