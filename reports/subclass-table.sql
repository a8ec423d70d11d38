-- title: Class and sub-class ratios after re-balancing, and accuracy in majority and minority sub-classes
-- heading: Test accuracy in percent and ratios after re-balancing: mean ± standard deviation over the splits
-- note: Ratios: largest to smallest sum of weights over the training part, after the last epoch. Majority: sub-classes with
-- note: more training instances than their class's average one; the mean of their accuracies, and so for minority.
-- note: In Table 3 of Yu et al., 77.43 for difficulty's odd minority is a misprint: its neighbours imply 74.0.
-- task: classification, regression-table
-- param experiment: experiment, which experiment; without it the newest
-- param dataset: dataset, which data set; without it the first that has sub-classes
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- pivot: row=_method, column=_metric, cell=_cell
-- empty: there is no experiment, or it has no finished run on a data set with sub-classes ('--relabel')
--
-- The runs of current_runs count, the seeds of a split averaged first. Rows of the result:
-- data set, model, method, source (NULL: this file), metric, splits, mean and sample standard deviation; accuracies are
-- fractions. A metric is a heading: class ratio, sub-class ratio, accuracy, then each class, its majority and its
-- minority sub-classes.
WITH chosen AS (
  SELECT experiment_id, name FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
finished AS (
  SELECT run_id, dataset, model, method, split_seed, fold, dataset_id FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL) AND EXISTS (
    SELECT 1 FROM instances WHERE instances.dataset_id = current_runs.dataset_id AND subclass IS NOT NULL)
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
subject AS (
  SELECT coalesce(:dataset, (SELECT dataset FROM finished ORDER BY run_id LIMIT 1)) AS dataset
),
counted AS MATERIALIZED (
  SELECT finished.* FROM finished JOIN subject USING (dataset)
),
tally AS MATERIALIZED (
  SELECT counted.run_id, instances.class, subclass, sum(part = 'train') AS size, sum(weight) AS weight,
         sum(part = 'test') AS tests, sum(part = 'test' AND predicted = instances.class) AS correct
  FROM counted CROSS JOIN instance_summary USING (run_id)
  CROSS JOIN instances USING (dataset_id, instance_id)
  GROUP BY counted.run_id, instances.class, subclass
),
sided AS (
  SELECT tally.*, size > avg(size) OVER (PARTITION BY run_id, class) AS major FROM tally
),
class_tally AS (
  SELECT run_id, class, sum(weight) AS weight, sum(tests) AS tests, sum(correct) AS correct
  FROM tally GROUP BY run_id, class
),
measure (run_id, metric, kind, class, side, value) AS (
  SELECT run_id, 'class ratio', 1, '', 0, max(weight) / min(weight) FROM class_tally GROUP BY run_id
  UNION ALL
  SELECT run_id, 'sub-class ratio', 2, '', 0, max(weight) / min(weight) FROM tally GROUP BY run_id
  UNION ALL
  SELECT run_id, 'accuracy', 3, '', 0, 1.0 * sum(correct) / sum(tests) FROM tally GROUP BY run_id
  UNION ALL
  SELECT run_id, class, 4, class, 0, 1.0 * correct / tests FROM class_tally
  UNION ALL
  SELECT run_id, class || iif(major, ' majority', ' minority'), 4, class, 2 - major, avg(1.0 * correct / tests)
  FROM sided GROUP BY run_id, class, major
),
sample AS (
  SELECT model, method, split_seed, fold, metric, kind, class, side, avg(value) AS value
  FROM measure JOIN counted USING (run_id) GROUP BY model, method, split_seed, fold, metric
  HAVING avg(value) IS NOT NULL
),
centred AS (
  SELECT sample.*, avg(value) OVER (PARTITION BY model, method, metric) AS mean FROM sample
),
result AS (
  SELECT model, method, NULL AS source, metric, count(*) AS splits, mean,
         CASE WHEN count(*) > 1 THEN sqrt(sum((value - mean) * (value - mean)) / (count(*) - 1)) END AS sd
  FROM centred GROUP BY model, method, metric
  UNION ALL
  SELECT NULL, method, source, metric, NULL, value / iif(metric LIKE '% ratio', 1, 100), NULL
  FROM published JOIN chosen USING (experiment_id) JOIN subject USING (dataset)
),
heading AS (
  SELECT DISTINCT metric, kind, class, side FROM sample
),
shown AS (
  SELECT result.*, iif(metric LIKE '% ratio', 1, 100) AS unit, iif(metric LIKE '% ratio', '%.1f', '%.2f') AS form
  FROM result
)
SELECT dataset, model, method, source, metric, splits, mean, sd,
       CASE WHEN source IS NOT NULL THEN 'paper: ' || method
            WHEN (SELECT count(DISTINCT model) FROM sample) > 1 THEN printf('%s (%s)', method, model)
            ELSE method END AS _method,
       metric AS _metric,
       printf(form, unit * mean) || CASE WHEN sd IS NULL THEN '' ELSE ' ± ' || printf(form, unit * sd) END AS _cell,
       (SELECT group_concat(note, char(10)) FROM left_out) AS _note
FROM shown CROSS JOIN subject LEFT JOIN heading USING (metric)
LEFT JOIN (SELECT method, ordinal FROM experiment_method JOIN chosen USING (experiment_id)) USING (method)
WHERE EXISTS (SELECT 1 FROM sample)
ORDER BY ordinal IS NULL, ordinal, method, source IS NOT NULL, model, kind IS NULL, kind, class, side, metric
