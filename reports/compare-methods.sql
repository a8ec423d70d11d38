-- title: Two methods of an experiment, data set by data set, paired over the same splits
-- heading: Test {metric} of {other} less that of {method}, over the splits of each data set
-- note: In percent; intervals for new data (Nadeau and Bengio 2003), p by Holm over the rows. Their average over the data
-- note: sets is in paired-differences.
-- task: classification, regression-table
-- param method: method, required, the first method
-- param other: method, required, the second method
-- param experiment: experiment, which experiment; without it the newest
-- param metric: metric_names(test) = accuracy, what is compared
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- pivot: row=_data_set, column=_first_name, cell=_first
-- pivot: row=_data_set, column=_second_name, cell=_second
-- pivot: row=_data_set, column="difference", cell=_difference
-- pivot: row=_data_set, column="95 % for new data", cell=_interval
-- pivot: row=_data_set, column="p (Holm)", cell=_p
-- pivot: row=_data_set, column="splits", cell=splits
-- below: compare-methods-settings
-- empty: there is no experiment, or {method} and {other} have no split of a data set in common in it; 'hardrow compare RUN RUN' compares any two runs
WITH chosen AS (
  SELECT experiment_id, name FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
value AS (
  SELECT dataset, model, method, split_seed, fold,
         avg(metric_value(:metric, test)) AS value,
         avg((SELECT 1.0 * sum(test_instances) / sum(train_instances) FROM split_class
              WHERE split_class.split_id = current_runs.split_id)) AS ratio
  FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL) AND method IN (:method, :other)
  GROUP BY dataset, model, method, split_seed, fold
  HAVING value IS NOT NULL
),
summary AS (
  SELECT dataset, model, count(*) AS splits, avg(mine.value) AS first, avg(theirs.value) AS second,
         resampled_half_width(theirs.value - mine.value, mine.ratio, 0.95) AS half,
         resampled_p(theirs.value - mine.value, mine.ratio) AS p
  FROM value AS mine JOIN value AS theirs USING (dataset, model, split_seed, fold)
  WHERE mine.method = :method AND theirs.method = :other
  GROUP BY dataset, model
),
ordered AS (
  SELECT dataset, model, p, row_number() OVER (ORDER BY p, dataset, model) AS place, count(*) OVER () AS tests
  FROM summary WHERE p IS NOT NULL
),
same_rows AS (
  SELECT 'The same rows test in every split of ' || group_concat(dataset, ', ') || ': no interval says what others would show.'
    AS note
  FROM (SELECT DISTINCT dataset FROM current_runs JOIN chosen USING (experiment_id) WHERE test_part_given)
  HAVING count(*) > 0
),
holm AS (
  SELECT dataset, model, max(min(1, (tests - place + 1) * p)) OVER (ORDER BY place) AS p_holm FROM ordered
)
SELECT dataset, model, splits, first, second, second - first AS difference, second - first - half AS low,
       second - first + half AS high, p, p_holm,
       coalesce(title, dataset) || iif((SELECT count(DISTINCT model) FROM summary) > 1, printf(' (%s)', model), '') AS _data_set,
       :method AS _first_name, iif(:method = :other, 'again', :other) AS _second_name,
       printf('%.2f', 100 * first) AS _first, printf('%.2f', 100 * second) AS _second,
       printf('%+.2f', round(100 * (second - first), 2) + 0.0) AS _difference,
       CASE WHEN half IS NOT NULL THEN printf('%+.2f to %+.2f', 100 * (second - first - half), 100 * (second - first + half)) END AS _interval,
       CASE WHEN p_holm < 0.0005 THEN '<0.001' WHEN p_holm IS NOT NULL THEN printf('%.3f', p_holm) END AS _p,
       (SELECT note FROM same_rows) AS _note
FROM summary LEFT JOIN holm USING (dataset, model)
LEFT JOIN (SELECT dataset, ordinal, title FROM experiment_dataset JOIN chosen USING (experiment_id)) USING (dataset)
ORDER BY ordinal IS NULL, ordinal, dataset, model
