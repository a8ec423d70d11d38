-- title: Differences of all methods to one, paired over the same splits, with 95 % intervals for new data
-- heading: Differences to {reference} in test {metric}, paired over the same splits
-- note: In points of percent, averaged over the data sets both methods have. The interval for new data allows for training
-- note: parts that overlap (Nadeau and Bengio 2003); --interval both shows the one for these rows, which is too narrow for
-- note: others. p (Holm): of no difference on new data, corrected for the methods shown. win/tie/loss: data sets.
-- task: classification, regression-table
-- param experiment: experiment, which experiment; without it the newest
-- param metric: metric_names(test) = accuracy, what is compared
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- param reference: method = base, the method that the others are compared with
-- param interval: new-data|both = new-data, both: the interval for these rows beside the one for new data
-- param methods: methods, only these methods
-- param sort: sweep|mean|name = sweep, how methods are ordered: as the sweep has them, by their difference, the best first, or by name
-- pivot: row=_method, column="difference", cell=_difference
-- pivot: row=_method, column="95 % for new data", cell=_interval
-- pivot: row=_method, column=_rows_name, cell=_rows_interval
-- pivot: row=_method, column="p (Holm)", cell=_p
-- pivot: row=_method, column="win/tie/loss", cell=_wins
-- pivot: row=_method, column="most from one data set", cell=_largest
-- pivot: row=_method, column="splits", cell=_splits
-- pivot: row=_method, column=_reaching_name, cell=_reaching
-- empty: there is no experiment, or no method of it has a split of a data set in common with {reference}
--
-- The last columns: the gain of the paper's own table (difficulty minus base, means of its figures), and on how many of
-- our splits the averaged difference alone would have reached it. A single split says little: that is how little.
-- rows_low and rows_high are Student's interval, for these rows; p is not corrected, p_holm is, for all rows of the result.
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
  UNION ALL
  SELECT 'The same rows test in every split of ' || group_concat(dataset, ', ') || ': no interval says what others would show.'
  FROM (SELECT DISTINCT dataset FROM current_runs JOIN chosen USING (experiment_id) WHERE test_part_given)
  HAVING count(*) > 0
),
value AS (
  SELECT dataset, model, method, split_seed, fold,
         avg(metric_value(:metric, test)) AS value,
         avg((SELECT 1.0 * sum(test_instances) / sum(train_instances) FROM split_class
              WHERE split_class.split_id = current_runs.split_id)) AS ratio
  FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL)
    AND (:methods IS NULL OR method = :reference OR method IN (SELECT value FROM json_each(:methods)))
  GROUP BY dataset, model, method, split_seed, fold
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
  WHERE :methods IS NULL OR method IN (SELECT value FROM json_each(:methods))
  UNION ALL
  SELECT DISTINCT 1, 0, method FROM value
  WHERE method NOT IN (SELECT method FROM experiment_method JOIN chosen USING (experiment_id))
),
pair AS (
  SELECT mine.method, mine.model, mine.dataset, mine.split_seed, mine.fold, mine.value - base.value AS difference, mine.ratio
  FROM value AS mine JOIN value AS base USING (dataset, model, split_seed, fold)
  WHERE base.method = :reference
),
breadth AS (
  SELECT method, model, count(DISTINCT dataset) AS datasets FROM pair GROUP BY method, model
),
complete AS (
  SELECT method, model, split_seed, fold, datasets FROM pair JOIN breadth USING (method, model)
  GROUP BY method, model, split_seed, fold HAVING count(*) = datasets
),
gain AS (
  SELECT (avg(ours.value) - avg(base.value)) / 100 AS gain
  FROM chosen JOIN published AS ours USING (experiment_id)
  JOIN published AS base USING (experiment_id, dataset, metric)
  WHERE :metric = 'accuracy' AND :reference = 'base' AND metric = 'accuracy' AND ours.method = 'difficulty' AND base.method = 'base'
),
-- One number a split, of the splits where no data set is missing.
paired AS (
  SELECT method, model, split_seed, fold, datasets, avg(difference) AS difference, avg(ratio) AS ratio
  FROM pair JOIN complete USING (method, model, split_seed, fold) GROUP BY method, model, split_seed, fold
),
summary AS (
  SELECT method, model, datasets, count(*) AS splits, avg(difference) AS mean,
         resampled_half_width(difference, ratio, 0.95) AS half, resampled_half_width(difference, 0, 0.95) AS rows_half,
         resampled_p(difference, ratio) AS p,
         -- A gain that equals the paper's in all printed digits has reached it.
         sum(difference >= gain - 1e-12) AS reaching
  FROM paired CROSS JOIN gain GROUP BY method, model
),
-- What each data set adds to the mean. Below 1e-9 lies rounding.
share AS (
  SELECT method, model, dataset, title, avg(difference) / datasets AS part,
         metric_sign(:metric) * iif(abs(avg(difference)) < 1e-9, 0, avg(difference)) AS better
  FROM pair JOIN complete USING (method, model, split_seed, fold)
  LEFT JOIN (SELECT dataset, title FROM experiment_dataset JOIN chosen USING (experiment_id)) USING (dataset)
  GROUP BY method, model, dataset
),
-- max() picks the row that the bare columns are of: the largest part in the direction of the mean.
leading AS (
  SELECT method, model, dataset AS largest_dataset, coalesce(title, dataset) AS largest_title, part AS largest_part,
         max(part * iif(mean < 0, -1, 1))
  FROM share JOIN summary USING (method, model) GROUP BY method, model
),
score AS (
  SELECT method, model, sum(better > 0) AS wins, sum(better = 0) AS ties, sum(better < 0) AS losses
  FROM share GROUP BY method, model
),
-- Holm (1979): the smallest p times the number of tests, the next one times one less, and none below those before it.
ordered AS (
  SELECT method, model, p, row_number() OVER (ORDER BY p, method, model) AS place, count(*) OVER () AS tests
  FROM summary WHERE p IS NOT NULL AND method <> :reference
),
holm AS (
  SELECT method, model, max(min(1, (tests - place + 1) * p)) OVER (ORDER BY place) AS p_holm FROM ordered
),
result AS (
  SELECT extra, ordinal, method, model, suffix, coalesce(datasets, 0) AS datasets,
         coalesce(splits, 0) AS splits, mean AS difference, mean - half AS low, mean + half AS high,
         mean - rows_half AS rows_low, mean + rows_half AS rows_high, p, p_holm, wins, ties, losses,
         largest_dataset, largest_title, largest_part, gain, reaching
  FROM technique CROSS JOIN kind CROSS JOIN gain
  LEFT JOIN summary USING (method, model) LEFT JOIN holm USING (method, model)
  LEFT JOIN score USING (method, model) LEFT JOIN leading USING (method, model)
  WHERE method <> :reference
)
SELECT method, :reference AS reference, datasets, splits, difference, low, high, rows_low, rows_high, p, p_holm,
       wins, ties, losses, largest_dataset, largest_part, gain AS published_gain,
       reaching AS splits_reaching, nullif(model, '') AS model,
       method || suffix AS _method,
       CASE WHEN difference IS NOT NULL THEN printf('%+.2f', round(100 * difference, 2) + 0.0) END AS _difference,
       CASE WHEN low IS NOT NULL THEN printf('%+.2f to %+.2f', 100 * low, 100 * high) END AS _interval,
       CASE WHEN :interval = 'both' THEN '95 % for these rows' END AS _rows_name,
       CASE WHEN low IS NOT NULL THEN printf('%+.2f to %+.2f', 100 * rows_low, 100 * rows_high) END AS _rows_interval,
       CASE WHEN p_holm < 0.0005 THEN '<0.001' WHEN p_holm IS NOT NULL THEN printf('%.3f', p_holm) END AS _p,
       CASE WHEN wins IS NOT NULL THEN printf('%d/%d/%d', wins, ties, losses) END AS _wins,
       CASE WHEN datasets > 1 THEN printf('%s %+.2f', largest_title, 100 * largest_part) END AS _largest,
       nullif(splits, 0) AS _splits,
       CASE WHEN gain IS NOT NULL THEN printf('splits reaching the paper''s %+.1f', 100 * gain) END AS _reaching_name,
       CASE WHEN splits > 0 THEN printf('%d of %d', reaching, splits) END AS _reaching,
       (SELECT group_concat(note, char(10)) FROM left_out) AS _note
FROM result
ORDER BY CASE :sort WHEN 'name' THEN method WHEN 'mean' THEN -metric_sign(:metric) * difference END NULLS LAST,
         extra, ordinal, method, model
