-- title: Differences of all methods to one, paired over the same splits, with 95 % intervals
-- heading: Differences to {reference} in test {metric}, paired over the same splits
-- note: In points of percent, averaged over the data sets both methods have; interval: Student's t over the splits.
-- param experiment: experiment, which experiment; without it the newest
-- param metric: accuracy|balanced-error|macro-f1|calibration-error|many-shot|medium-shot|few-shot = accuracy, what is compared
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- param reference: method = base, the method that the others are compared with
-- pivot: row=_method, column="difference", cell=_difference
-- pivot: row=_method, column="95 % interval", cell=_interval
-- pivot: row=_method, column="data sets", cell=_datasets
-- pivot: row=_method, column="splits", cell=_splits
-- pivot: row=_method, column=_reaching_name, cell=_reaching
--
-- The last columns: the gain of the paper's own table (difficulty minus base, means of its figures), and on how many of
-- our splits the averaged difference alone would have reached it. A single split says little: that is how little.
WITH chosen AS (
  SELECT experiment_id, name FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
left_out AS (
  SELECT 'Left out: runs on older data of the same name: ' || group_concat(printf('%s (%d)', dataset, runs), ', ') AS note
  FROM (
    SELECT dataset, count(*) AS runs FROM ended_runs JOIN chosen USING (experiment_id)
    WHERE NOT is_on_newest_data GROUP BY dataset)
  UNION ALL
  SELECT printf('Left out: runs made by ''hardrow adjust'' (%d); --adjusted yes counts them.', count(*))
  FROM current_runs JOIN chosen USING (experiment_id)
  WHERE :adjusted = 'no' AND source_run_id IS NOT NULL HAVING count(*) > 0
),
value AS (
  SELECT dataset, model, method, split_seed,
         avg(CASE :metric WHEN 'accuracy' THEN test_accuracy WHEN 'balanced-error' THEN test_balanced_error
                         WHEN 'macro-f1' THEN test_macro_f1 WHEN 'calibration-error' THEN test_calibration_error
                         WHEN 'many-shot' THEN test_many_shot_accuracy WHEN 'medium-shot' THEN test_medium_shot_accuracy
                         WHEN 'few-shot' THEN test_few_shot_accuracy END) AS value
  FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL)
  GROUP BY dataset, model, method, split_seed
  HAVING value IS NOT NULL
),
-- With more than one model, each has rows of its own.
kind AS (
  SELECT model, iif((SELECT count(DISTINCT model) FROM value) > 1, printf(' (%s)', model), '') AS suffix
  FROM value GROUP BY model
  UNION ALL
  SELECT '', '' WHERE NOT EXISTS (SELECT 1 FROM value)
),
technique AS (
  SELECT 0 AS extra, ordinal, method FROM experiment_method JOIN chosen USING (experiment_id)
  UNION ALL
  SELECT DISTINCT 1, 0, method FROM value
  WHERE method NOT IN (SELECT method FROM experiment_method JOIN chosen USING (experiment_id))
),
pair AS (
  SELECT mine.method, mine.model, mine.dataset, mine.split_seed, mine.value - base.value AS difference
  FROM value AS mine JOIN value AS base USING (dataset, model, split_seed)
  WHERE base.method = :reference
),
breadth AS (
  SELECT method, model, count(DISTINCT dataset) AS datasets FROM pair GROUP BY method, model
),
-- One number a split, of the splits where no data set is missing.
paired AS (
  SELECT method, model, split_seed, datasets, avg(difference) AS difference
  FROM pair JOIN breadth USING (method, model) GROUP BY method, model, split_seed HAVING count(*) = datasets
),
centred AS (
  SELECT method, model, datasets, difference, avg(difference) OVER (PARTITION BY method, model) AS mean FROM paired
),
gain AS (
  SELECT (avg(ours.value) - avg(base.value)) / 100 AS gain
  FROM chosen JOIN published AS ours USING (experiment_id)
  JOIN published AS base USING (experiment_id, dataset, metric)
  WHERE :metric = 'accuracy' AND :reference = 'base' AND metric = 'accuracy' AND ours.method = 'difficulty' AND base.method = 'base'
),
summary AS (
  SELECT method, model, datasets, count(*) AS splits, mean,
         CASE WHEN count(*) > 1 THEN sqrt(sum((difference - mean) * (difference - mean)) / (count(*) - 1)) END AS sd,
         -- A gain that equals the paper's in all printed digits has reached it.
         sum(difference >= gain - 1e-12) AS reaching
  FROM centred CROSS JOIN gain GROUP BY method, model
),
-- The 0.975 quantile of Student's t: a table up to 30 degrees of freedom, from there the expansion around the normal
-- quantile (Abramowitz and Stegun 26.7.5), right to 5 decimals.
small (freedom, quantile) AS (VALUES
  (1, 12.706204736), (2, 4.302652730), (3, 3.182446305), (4, 2.776445105), (5, 2.570581836),
  (6, 2.446911851), (7, 2.364624252), (8, 2.306004135), (9, 2.262157163), (10, 2.228138852),
  (11, 2.200985160), (12, 2.178812830), (13, 2.160368656), (14, 2.144786688), (15, 2.131449546),
  (16, 2.119905299), (17, 2.109815578), (18, 2.100922040), (19, 2.093024054), (20, 2.085963447),
  (21, 2.079613845), (22, 2.073873068), (23, 2.068657610), (24, 2.063898562), (25, 2.059538553),
  (26, 2.055529439), (27, 2.051830516), (28, 2.048407142), (29, 2.045229642), (30, 2.042272456)
),
normal (z, z2) AS (VALUES (1.959963984540054, 3.841458820694124)),
tested AS (
  SELECT summary.*, coalesce(quantile,
           z * (1 + ((z2 + 1) / 4 + (((5 * z2 + 16) * z2 + 3) / 96 + (((3 * z2 + 19) * z2 + 17) * z2 - 15)
           / 384 / (splits - 1)) / (splits - 1)) / (splits - 1))) AS quantile
  FROM summary CROSS JOIN normal LEFT JOIN small ON freedom = splits - 1
),
result AS (
  SELECT extra, ordinal, method, model, suffix, coalesce(datasets, 0) AS datasets,
         coalesce(splits, 0) AS splits, mean AS difference,
         mean - quantile * sd / sqrt(splits) AS low, mean + quantile * sd / sqrt(splits) AS high, gain, reaching
  FROM technique CROSS JOIN kind CROSS JOIN gain
  LEFT JOIN tested USING (method, model) WHERE method <> :reference
)
SELECT method, :reference AS reference, datasets, splits, difference, low, high, gain AS published_gain,
       reaching AS splits_reaching, nullif(model, '') AS model,
       method || suffix AS _method,
       CASE WHEN difference IS NOT NULL THEN printf('%+.2f', 100 * difference) END AS _difference,
       CASE WHEN low IS NOT NULL THEN printf('%+.2f to %+.2f', 100 * low, 100 * high) END AS _interval,
       nullif(datasets, 0) AS _datasets,
       nullif(splits, 0) AS _splits,
       CASE WHEN gain IS NOT NULL THEN printf('splits reaching the paper''s %+.1f', 100 * gain) END AS _reaching_name,
       CASE WHEN splits > 0 THEN printf('%d of %d', reaching, splits) END AS _reaching,
       (SELECT group_concat(note, char(10)) FROM left_out) AS _note
FROM result
ORDER BY extra, ordinal, method, model
