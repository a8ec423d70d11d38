-- title: Whether a run's draws followed its weights: expected and counted draws, chi-square
-- heading: Draws of the training part against the weights of the epoch before
-- note: ratio: draws / expected. Chi-square is over the cells of an epoch; its p-value is the chance of a larger one
-- note: where draws follow weights.
-- note: A p-value near 1 in every epoch: draws that are spread more evenly than by chance (each instance once, or systematic).
-- note: A weight also holds the instance's weight in the loss: where methods weigh there, draws do not follow it.
-- task: classification, slices
-- param run: run, the run; without it the newest one that is done and has two epochs behind each other recorded
-- param cells: class|weight = class, cells are classes, or tenths of the instances in the order of their weights
-- param epoch: integers, only these epochs, as 2,10
-- plot: lines, x=epoch, y=ratio, by=cell, title=_title, ytitle="draws / expected"
-- plot: points, x=_epoch, y=p_value, xtitle="epoch"
-- empty: there is no finished run with two epochs behind each other recorded, or its draws are not known
--
-- Pearson 1900. Given the weights an epoch's draws with replacement are multinomial: sum of (draws - expected)^2 /
-- expected has about a chi-square distribution with cells - 1 degrees of freedom where 5 draws or more are expected in
-- each cell. Cells in which none is expected are left out. Epochs are independent given their weights, so the sums over
-- all of them have one again.
WITH subject AS (
  SELECT run_id, dataset, method FROM runs WHERE run_id = coalesce(:run, (
    SELECT max(run_id) FROM runs JOIN epochs AS now USING (run_id) JOIN epochs AS was USING (run_id)
    WHERE status = 'done' AND now.recorded AND was.recorded AND was.epoch = now.epoch - 1))
),
drawn AS MATERIALIZED (
  SELECT epoch, instance_id, class, draws, weight FROM subject CROSS JOIN dynamics USING (run_id) WHERE part = 'train'
),
weighed AS (
  SELECT now.epoch, now.instance_id, now.class, now.draws, was.weight
  FROM drawn AS now JOIN drawn AS was ON was.epoch = now.epoch - 1 AND was.instance_id = now.instance_id
  WHERE now.draws IS NOT NULL AND was.weight IS NOT NULL
    AND (:epoch IS NULL OR now.epoch IN (SELECT value FROM json_each(:epoch)))
),
celled AS (
  SELECT epoch, draws, weight,
         CASE :cells WHEN 'class' THEN class
           ELSE printf('tenth %d', ntile(10) OVER (PARTITION BY epoch ORDER BY weight, instance_id)) END AS cell
  FROM weighed
),
total AS (SELECT epoch, sum(draws) AS draws, sum(weight) AS weight FROM celled GROUP BY epoch),
counted AS MATERIALIZED (
  SELECT epoch, cell, count(*) AS instances, sum(celled.weight) * total.draws / total.weight AS expected,
         sum(celled.draws) AS draws, min(celled.draws) AS fewest, max(celled.draws) AS most
  FROM celled JOIN total USING (epoch) GROUP BY epoch, cell HAVING expected > 0
),
audited AS MATERIALIZED (
  SELECT epoch, sum((draws - expected) * (draws - expected) / expected) AS chi_square, count(*) - 1 AS freedom
  FROM counted GROUP BY epoch
)
SELECT run_id, epoch, cell, instances, expected, draws, draws / expected AS ratio, chi_square, freedom,
       chi_square_tail(chi_square, nullif(freedom, 0)) AS p_value,
       CASE WHEN row_number() OVER (PARTITION BY epoch ORDER BY length(cell), cell) = 1 THEN epoch END AS _epoch,
       printf('%s on %s, run %d', method, dataset, run_id) AS _title,
       (SELECT printf('All %d epochs together: chi-square %.2f with %d degrees of freedom, p = %.3g.', count(*),
                      sum(chi_square), sum(freedom), chi_square_tail(sum(chi_square), sum(freedom)))
        FROM audited HAVING sum(freedom) > 0)
         || (SELECT CASE WHEN min(fewest) = 1 AND max(most) = 1 THEN char(10)
               || 'Each instance was drawn once in every epoch: this run weighs in the loss, or not at all.' ELSE '' END
             FROM counted) AS _note
FROM subject CROSS JOIN counted JOIN audited USING (epoch)
ORDER BY epoch, length(cell), cell
