-- title: Ranks of the methods over the data sets: Friedman, Nemenyi, Wilcoxon
-- heading: Mean ranks of the methods in test {metric}, 1 being the best
-- note: groups: methods that share a number are not told apart by Nemenyi's test at 5 %. p: Wilcoxon's signed-rank test
-- note: against {reference} (exact), by Holm over the methods. Mean: over the data sets, in percent (Demšar 2006). Of several
-- note: models each counts as data sets of its own.
-- task: classification, regression-table
-- param experiment: experiment, which experiment; without it the newest
-- param metric: metric_names(test) = accuracy, what is ranked
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- param reference: method = base, the method that Wilcoxon's test compares the others with
-- pivot: row=method, column="mean rank", cell=_rank
-- pivot: row=method, column="groups", cell=groups
-- pivot: row=method, column="mean", cell=_mean
-- pivot: row=method, column="p (Holm)", cell=_p
-- plot: ranks, x=method, y=mean_rank, low=_group_low, high=_group_high, ruler=critical_difference, title=_title
-- empty: there is no experiment, or it has no two methods on the same data sets
--
-- A data set counts if every method has a finished run on it; with several models each of them makes it another one.
-- Several splits and seeds are averaged first; equal values share their mean rank. Columns from chi_square on are the
-- same in all rows: Friedman's test corrected for ties, that of Iman and Davenport (1980), Nemenyi's critical difference.
WITH chosen AS (
  SELECT experiment_id, name FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
split_value AS (
  SELECT dataset, model, method, split_seed, fold,
         avg(metric_value(:metric, test)) AS value
  FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL)
  GROUP BY dataset, model, method, split_seed, fold
  HAVING value IS NOT NULL
),
-- Sums of the same numbers in another order are equal.
value AS (
  SELECT dataset, model, method, round(avg(value), 12) AS value FROM split_value GROUP BY dataset, model, method
),
size AS (
  SELECT count(*) AS methods FROM (SELECT DISTINCT method FROM value)
),
complete AS (
  SELECT dataset, model FROM value GROUP BY dataset, model
  HAVING count(*) = (SELECT methods FROM size) AND count(*) > 1
),
ranked AS (
  SELECT dataset, model, method, value, count(*) OVER tie AS tied,
         rank() OVER (PARTITION BY dataset, model ORDER BY metric_sign(:metric) * value DESC)
           + (count(*) OVER tie - 1) / 2.0 AS place
  FROM value JOIN complete USING (dataset, model)
  WINDOW tie AS (PARTITION BY dataset, model, value)
),
mean AS (
  SELECT method, avg(place) AS mean_rank, avg(value) AS mean, count(*) AS datasets,
         1.0 * (SELECT methods FROM size) AS k
  FROM ranked GROUP BY method
),
-- The sum of t^3 - t over groups of t equal values is that of t^2 - 1 over their members.
friedman AS (
  SELECT datasets, k, (12 * datasets / (k * (k + 1)) * sum(mean_rank * mean_rank) - 3 * datasets * (k + 1))
           / nullif(1 - (SELECT sum(tied * tied - 1) FROM ranked) / (datasets * k * (k * k - 1)), 0) AS chi_square,
         studentized_range_quantile(0.05, k) / sqrt(2) * sqrt(k * (k + 1) / (6 * datasets)) AS critical_difference
  FROM mean
),
davenport AS (
  SELECT friedman.*, (datasets - 1) * chi_square / nullif(datasets * (k - 1) - chi_square, 0) AS f FROM friedman
),
omnibus AS (
  SELECT chi_square, chi_square_tail(chi_square, k - 1) AS chi_square_p, f,
         f_tail(f, k - 1, (k - 1) * (datasets - 1)) AS f_p, critical_difference
  FROM davenport
),
-- From each method as far as the critical difference reaches: a group, unless it is part of the one before.
reach AS (
  SELECT mean.*, (SELECT max(mean_rank) FROM mean AS other WHERE other.mean_rank - mean.mean_rank <= critical_difference) AS last
  FROM mean CROSS JOIN omnibus
),
leader AS (
  SELECT mean_rank AS low, max(last) AS high, row_number() OVER (ORDER BY mean_rank) AS number
  FROM (
    SELECT mean_rank, last, max(last) OVER (ORDER BY mean_rank GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM reach)
  WHERE before IS NULL OR last > before
  GROUP BY mean_rank
),
tested AS (
  SELECT mine.method, signed_rank_p(mine.value - base.value) AS p
  FROM ranked AS mine JOIN ranked AS base USING (dataset, model)
  WHERE base.method = :reference AND mine.method <> :reference GROUP BY mine.method
),
ordered AS (
  SELECT method, p, row_number() OVER (ORDER BY p, method) AS turn, count(*) OVER () AS tests FROM tested
),
holm AS (
  SELECT method, p, max(min(1, (tests - turn + 1) * p)) OVER (ORDER BY turn) AS p_holm FROM ordered
)
SELECT method, mean_rank, datasets, mean,
       (SELECT group_concat(number, ' ') FROM leader WHERE mean_rank BETWEEN low AND high) AS groups,
       p AS wilcoxon_p, p_holm AS wilcoxon_p_holm, chi_square, chi_square_p, f, f_p, critical_difference,
       printf('%.2f', mean_rank) AS _rank, printf('%.2f', 100 * mean) AS _mean,
       CASE WHEN p_holm < 0.0005 THEN '<0.001' WHEN p_holm IS NOT NULL THEN printf('%.3f', p_holm) END AS _p,
       CASE WHEN row_number() OVER (PARTITION BY mean_rank ORDER BY method) = 1 AND high > low THEN low END AS _group_low,
       CASE WHEN row_number() OVER (PARTITION BY mean_rank ORDER BY method) = 1 AND high > low THEN high END AS _group_high,
       printf('%d data sets, critical difference %.2f (Nemenyi, 5 %%)', datasets, critical_difference) AS _title,
       CASE WHEN chi_square IS NOT NULL
            THEN printf('Friedman: chi-square(%d) = %.2f, p = %.2g; ', k - 1, chi_square, chi_square_p) ELSE '' END ||
       CASE WHEN f_p IS NOT NULL THEN printf('Iman and Davenport: F(%d, %d) = %.2f, p = %.2g; ', k - 1,
            (k - 1) * (datasets - 1), f, f_p) ELSE '' END || printf('%d data set%s.', datasets, iif(datasets = 1, '', 's')) ||
       printf(char(10) || 'Critical difference (Nemenyi, 5 %%): %.3f ranks.', critical_difference) AS _note
FROM mean CROSS JOIN omnibus LEFT JOIN holm USING (method) LEFT JOIN leader ON low = mean_rank
ORDER BY mean_rank, method
