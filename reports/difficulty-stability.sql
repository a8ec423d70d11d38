-- title: Whether other splits, seeds and methods find the same instances hard
-- heading: Rank correlation of {by} over the training instances of two runs, mean over the pairs
-- note: Two of the same method: other splits or seeds (each run with the next one). Two methods: same split and seed.
-- param experiment: experiment, which experiment; without it the newest
-- param dataset: dataset, which data set; without it the first that has a finished run
-- param by: p-true|loss|last-loss|aum|el2n|grand|difficulty|forgetting|unlearned = difficulty, which measure
-- param model: logreg|mlp, which model; without it that of the first finished run
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- pivot: row=_method, column=_other_method, cell=_cell
-- plot: matrix, x=_other_method, y=_method, value=mean, title=_title, xtitle="other method", ytitle="method"
-- empty: there is no experiment, or it has no two finished runs on this data set that can be compared, or they are older than the measure
--
-- Spearman's: the correlation of the ranks, equal values have their mean rank, over the instances that are in the training
-- part of both runs. Rows of the result: method, other method, pairs of runs, mean, lowest and highest.
WITH chosen AS (
  SELECT experiment_id FROM experiment WHERE name = coalesce(:experiment, name) ORDER BY experiment_id DESC LIMIT 1
),
finished AS (
  SELECT run_id, dataset, dataset_id, model, method, split_seed, fold, seed FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL)
    AND (:dataset IS NULL OR dataset = :dataset) AND (:model IS NULL OR model = :model)
),
first AS (SELECT dataset, dataset_id, model FROM finished ORDER BY run_id LIMIT 1),
subject AS MATERIALIZED (
  SELECT finished.*, coalesce(ordinal, 1000000) AS ordinal,
         lead(run_id) OVER (PARTITION BY method ORDER BY split_seed, fold, seed, run_id) AS next_run_id
  FROM finished JOIN first USING (dataset, dataset_id, model)
  LEFT JOIN (SELECT method, ordinal FROM experiment_method JOIN chosen USING (experiment_id)) USING (method)
),
pair AS MATERIALIZED (
  SELECT a.run_id AS a, b.run_id AS b, a.method, b.method AS other_method, a.ordinal, b.ordinal AS other_ordinal
  FROM subject AS a JOIN subject AS b ON b.run_id = a.next_run_id
  UNION ALL
  SELECT a.run_id, b.run_id, a.method, b.method, a.ordinal, b.ordinal
  FROM subject AS a JOIN subject AS b ON b.split_seed = a.split_seed AND b.fold = a.fold AND b.seed = a.seed
  WHERE (a.ordinal, a.method) < (b.ordinal, b.method)
),
measured AS MATERIALIZED (
  SELECT run_id, instance_id,
    CASE :by WHEN 'p-true' THEN p_true_mean WHEN 'loss' THEN mean_loss WHEN 'last-loss' THEN last_loss WHEN 'aum' THEN aum
      WHEN 'el2n' THEN el2n WHEN 'grand' THEN grand WHEN 'difficulty' THEN difficulty
      -- One that was never learned is harder than any that was forgotten.
      WHEN 'forgetting' THEN iif(correctness = 0, 9e999, forgetting_events) ELSE unlearned_epochs END AS value
  FROM subject CROSS JOIN instance_summary USING (run_id) WHERE part = 'train'
),
ranked AS (
  SELECT a, b,
         rank() OVER (PARTITION BY a, b ORDER BY mine.value)
           + (count(*) OVER (PARTITION BY a, b, mine.value) - count(*) OVER (PARTITION BY a, b)) / 2.0 - 1 AS x,
         rank() OVER (PARTITION BY a, b ORDER BY theirs.value)
           + (count(*) OVER (PARTITION BY a, b, theirs.value) - count(*) OVER (PARTITION BY a, b)) / 2.0 - 1 AS y
  FROM pair CROSS JOIN measured AS mine ON mine.run_id = a
  CROSS JOIN measured AS theirs ON theirs.run_id = b AND theirs.instance_id = mine.instance_id
  WHERE mine.value IS NOT NULL AND theirs.value IS NOT NULL
),
correlation AS MATERIALIZED (
  SELECT a, b, count(*) AS instances, sum(x * y) / sqrt(nullif(sum(x * x) * sum(y * y), 0)) AS rank_correlation
  FROM ranked GROUP BY a, b
),
result AS (
  SELECT method, other_method, ordinal, other_ordinal, count(*) AS pairs, avg(instances) AS instances,
         avg(rank_correlation) AS mean, min(rank_correlation) AS low, max(rank_correlation) AS high
  FROM pair JOIN correlation USING (a, b)
  GROUP BY method, other_method HAVING mean IS NOT NULL
)
SELECT (SELECT dataset FROM first) AS dataset, (SELECT model FROM first) AS model, method, other_method, pairs, instances,
       mean, low, high,
       other_method AS _other_method, method AS _method, printf('%.3f', mean) AS _cell,
       (SELECT printf('%s (%s)', dataset, model) FROM first) AS _title,
       (SELECT regression_note(task) || '.' FROM runs WHERE run_id = (SELECT min(run_id) FROM subject)) AS _note
FROM result ORDER BY other_ordinal, other_method, ordinal, method
