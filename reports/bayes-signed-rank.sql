-- title: How probable it is that a method is worse than another, practically the same, or better
-- heading: Against {reference} in test {metric}, over the data sets: probability of being worse, the same within {rope} points, better
-- note: Bayesian signed-rank test (Benavoli et al. 2017) on the mean of each data set: of a new data set like these. 50,000
-- note: samples, always the same ones. Above 0.95 is commonly taken for decided. Of several models each counts as data sets
-- note: of its own.
-- task: classification, regression-table
-- param experiment: experiment, which experiment; without it the newest
-- param metric: metric_names(test) = accuracy, what is compared
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- param reference: method = base, the method that the others are compared with
-- param rope: amount = 1, points of percent; a smaller difference is none
-- pivot: row=_method, column="worse", cell=_worse
-- pivot: row=_method, column="same", cell=_same
-- pivot: row=_method, column="better", cell=_better
-- pivot: row=_method, column="data sets", cell=datasets
-- empty: there is no experiment, or no method of it has a data set in common with {reference}
WITH chosen AS (
  SELECT experiment_id, name FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
value AS (
  SELECT dataset, model, method, split_seed, fold,
         avg(metric_value(:metric, test)) AS value
  FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL)
  GROUP BY dataset, model, method, split_seed, fold
  HAVING value IS NOT NULL
),
-- Of each data set the mean over the splits that both have; above 0 is better.
paired AS (
  SELECT mine.method, model, dataset, metric_sign(:metric) * avg(mine.value - base.value) AS gain
  FROM value AS mine JOIN value AS base USING (dataset, model, split_seed, fold)
  WHERE base.method = :reference AND mine.method <> :reference
  GROUP BY mine.method, model, dataset
),
result AS (
  SELECT method, model, count(*) AS datasets, signed_rank_posterior(gain, :rope / 100.0, -1) AS worse,
         signed_rank_posterior(gain, :rope / 100.0, 0) AS same, signed_rank_posterior(gain, :rope / 100.0, 1) AS better
  FROM paired GROUP BY method, model
)
SELECT method, :reference AS reference, model, datasets, worse, same, better,
       method || iif((SELECT count(DISTINCT model) FROM result) > 1, printf(' (%s)', model), '') AS _method,
       printf('%.3f', worse) AS _worse, printf('%.3f', same) AS _same, printf('%.3f', better) AS _better
FROM result LEFT JOIN (SELECT method, ordinal FROM experiment_method JOIN chosen USING (experiment_id)) USING (method)
ORDER BY ordinal IS NULL, ordinal, method, model
