-- title: How the true class's probability moves: quantiles over the instances, epoch by epoch
-- heading: The true class's probability over the epochs, part {part}
-- note: gained and lost: mean rise and mean fall of p_true since the epoch before, each over all instances.
-- note: learned and forgotten: instances that became right or wrong since then.
-- task: classification, hardest
-- param run: run, the run; without it the newest one that is done and has recorded epochs
-- param part: all|train|test = train, of which part
-- param by: all|class = all, all instances together, or each class for itself
-- plot: bands, x=epoch, y=median, low=q25, high=q75, by=group, title=_title, ytitle="p(true class): median and quartiles"
-- plot: lines, x=epoch, y=gained, by=group
-- plot: lines, x=epoch, y=lost, by=group
-- empty: there is no finished run with recorded epochs, or it has no such instances
--
-- What is called a fan chart elsewhere (quantiles of a distribution over time), here of the training dynamics of
-- Swayamdipta et al. 2020; learned and forgotten as Toneva et al. 2019 count. The mean moves by gained - lost. After the
-- first recorded epoch, and where the epoch before is not recorded, there is no movement.
WITH subject AS (
  SELECT run_id, dataset, method FROM runs WHERE run_id = coalesce(:run, (
    SELECT max(run_id) FROM runs JOIN epochs USING (run_id) WHERE status = 'done' AND recorded))
),
step AS (
  SELECT run_id, epoch, CASE :by WHEN 'class' THEN class ELSE 'all' END AS "group", p_true, predicted = class AS right,
         lag(epoch) OVER path AS epoch_before, lag(p_true) OVER path AS p_before,
         lag(predicted = class) OVER path AS right_before
  FROM subject CROSS JOIN dynamics USING (run_id)
  WHERE :part IN ('all', part)
  WINDOW path AS (PARTITION BY instance_id ORDER BY epoch)
),
ranked AS (
  SELECT run_id, epoch, "group", p_true, right, epoch_before = epoch - 1 AS moved, p_true - p_before AS movement,
         right_before, row_number() OVER (PARTITION BY epoch, "group" ORDER BY p_true) - 1 AS place,
         count(*) OVER (PARTITION BY epoch, "group") - 1 AS last
  FROM step
)
-- A quantile lies between its two neighbours, each weighted by its nearness.
SELECT run_id, epoch, "group", count(*) AS instances, avg(p_true) AS mean,
       sum(p_true * max(0, 1 - abs(place - 0.05 * last))) AS q05,
       sum(p_true * max(0, 1 - abs(place - 0.25 * last))) AS q25,
       sum(p_true * max(0, 1 - abs(place - 0.5 * last))) AS median,
       sum(p_true * max(0, 1 - abs(place - 0.75 * last))) AS q75,
       sum(p_true * max(0, 1 - abs(place - 0.95 * last))) AS q95,
       avg(CASE WHEN moved THEN max(movement, 0) END) AS gained,
       avg(CASE WHEN moved THEN max(-movement, 0) END) AS lost,
       sum(CASE WHEN moved THEN right AND NOT right_before END) AS learned,
       sum(CASE WHEN moved THEN right_before AND NOT right END) AS forgotten,
       printf('%s on %s, run %d', (SELECT method FROM subject), (SELECT dataset FROM subject), run_id) AS _title
FROM ranked GROUP BY epoch, "group" ORDER BY epoch, CAST("group" AS INTEGER), "group"
