-- title: Two methods of an experiment: the test rows that one gets right and the other wrong, by class
-- heading: Test rows, summed over the splits that both have
-- note: fixed: {method} is wrong and {other} right; broken: the other way round. A row counts once for each split that tests
-- note: it, so there is no test of these sums; net: fixed less broken, in percent of the rows.
-- task: classification, regression-table
-- param method: method, required, the first method
-- param other: method, required, the second method
-- param experiment: experiment, which experiment; without it the newest
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- pivot: row=_class, column="rows", cell=instances
-- pivot: row=_class, column="both right", cell=both_right
-- pivot: row=_class, column="fixed", cell=fixed
-- pivot: row=_class, column="broken", cell=broken
-- pivot: row=_class, column="both wrong", cell=both_wrong
-- pivot: row=_class, column="net", cell=_net
WITH chosen AS (
  SELECT experiment_id, name FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
counted AS MATERIALIZED (
  SELECT run_id, dataset, model, method, split_id, seed FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL) AND method IN (:method, :other)
),
pair AS (
  SELECT dataset, model, mine.run_id AS first_id, theirs.run_id AS second_id
  FROM counted AS mine JOIN counted AS theirs USING (dataset, model, split_id, seed)
  WHERE mine.method = :method AND theirs.method = :other
),
judged AS (
  SELECT dataset, model, first.class, first.predicted = first.class AS was_right, second.predicted = second.class AS is_right
  FROM pair CROSS JOIN instance_summary AS first ON first.run_id = first_id
  CROSS JOIN instance_summary AS second ON second.run_id = second_id AND second.instance_id = first.instance_id
  WHERE first.part = 'test' AND second.part = 'test'
)
SELECT dataset, model, class, count(*) AS instances, sum(was_right AND is_right) AS both_right,
       sum(NOT was_right AND is_right) AS fixed, sum(was_right AND NOT is_right) AS broken,
       sum(NOT was_right AND NOT is_right) AS both_wrong,
       coalesce(title, dataset) || iif((SELECT count(DISTINCT model) FROM pair) > 1, printf(' (%s)', model), '') || ': ' || class AS _class,
       printf('%+.1f', 100.0 * (sum(is_right) - sum(was_right)) / count(*)) AS _net
FROM judged LEFT JOIN (SELECT dataset, ordinal, title FROM experiment_dataset JOIN chosen USING (experiment_id)) USING (dataset)
GROUP BY dataset, model, class
ORDER BY ordinal IS NULL, ordinal, dataset, model, CAST(class AS INTEGER), class
