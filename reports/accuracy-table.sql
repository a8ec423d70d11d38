-- title: Test accuracy or another metric of every method on every data set, the published figures beside
-- heading: Test {metric} in percent: mean ± standard deviation over the splits
-- note: ± is the spread over overlapping splits, not an error of the mean. Bold, in a terminal, Markdown and LaTeX: cannot be
-- note: told from the row's best at 5 % (Nadeau and Bengio 2003, Holm over the row); nothing is bold where all are alike.
-- note: Average: over the data sets that every method has, split by split; –: no finished run.
-- note: *: runs of different settings, or of fewer splits than others; --explain DATA_SET METHOD says more.
-- task: classification, regression-table
-- param experiment: experiment, which experiment; without it the newest
-- param metric: metric_names(test) = accuracy, what the cells hold; many-shot: accuracy on classes of more than 100 training instances, few-shot: of fewer than 20
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- param methods: methods, only these methods, in the order of --sort
-- param sort: sweep|mean|name = sweep, how methods are ordered: as the sweep has them, by their average, the best first, or by name
-- pivot: row=_data_set, column=_method, cell=_cell, bold=_best
-- pivot: row=_data_set, column=_level_name, cell=_level
-- pivot: row=_data_set, column=_paper, cell=_published
-- below: paired-differences
-- explain: accuracy-table-runs dataset method
-- empty: there is no experiment in this file: 'hardrow sweep' writes one
--
-- The runs of current_runs count; one that diverged is missing.
-- Rows of the result are fractions: data set, method, number of splits, mean and sample standard deviation over them
-- (several seeds of a split are averaged first), and the published figure.
WITH chosen AS (
  SELECT experiment_id, name FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
counted AS MATERIALIZED (
  SELECT run_id, epochs, dataset, model, method, split_seed, fold, settings, split_id,
         metric_value(:metric, test) AS value
  FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL)
    AND (:methods IS NULL OR method IN (SELECT value FROM json_each(:methods)))
),
-- What stands below the table.
remark AS (
  SELECT 'If calibrated: what models that are right as often as they say would show on so few rows.' AS note
  WHERE :metric = 'calibration-error'
  UNION ALL
  SELECT 'Left out: runs on older data of the same name: ' || group_concat(printf('%s (%d)', dataset, runs), ', ') AS note
  FROM (
    SELECT dataset, count(*) AS runs FROM ended_runs JOIN chosen USING (experiment_id)
    WHERE NOT is_on_newest_data GROUP BY dataset)
  UNION ALL
  SELECT printf('Left out: runs made by ''hardrow adjust'' (%d); --adjusted yes counts them.', count(*))
  FROM current_runs JOIN chosen USING (experiment_id)
  WHERE :adjusted = 'no' AND source_run_id IS NOT NULL HAVING count(*) > 0
  UNION ALL
  SELECT 'No split tests: ' || group_concat(untested, ', ')
  FROM (
    SELECT printf('class %s of %s', class.name, dataset.name) AS untested
    FROM (SELECT DISTINCT split_id FROM counted) JOIN split USING (split_id) JOIN split_class USING (split_id)
    JOIN dataset USING (dataset_id) JOIN class USING (dataset_id, class_index)
    GROUP BY dataset.name, class.name HAVING sum(test_instances) = 0
    ORDER BY dataset.name, min(class_index))
  HAVING count(*) > 0
),
value AS (
  SELECT dataset, model, method, split_seed, fold, avg(value) AS value,
         avg((SELECT 1.0 * sum(test_instances) / sum(train_instances) FROM split_class
              WHERE split_class.split_id = counted.split_id)) AS ratio
  FROM counted WHERE value IS NOT NULL GROUP BY dataset, model, method, split_seed, fold
),
-- Cells whose runs differ in more than their seeds and what is recorded of them. A full batch is as large as the split
-- makes it.
mixed AS (
  SELECT dataset, model, method FROM counted GROUP BY dataset, model, method
  HAVING count(DISTINCT json_remove(settings, '$.seed', '$.split_seed', '$.fold', '$.record', '$.record_weights', '$.batch_size')) > 1
),
-- The calibration error that perfectly calibrated models of these sizes and confidences would show; the mean of the methods.
level AS (
  SELECT dataset, model, avg((
           SELECT calibration_level(confidence, 15)
           FROM (
             SELECT max(probability) AS confidence FROM predictions JOIN instance_summary AS s USING (run_id, instance_id)
             WHERE predictions.run_id = counted.run_id AND predictions.epoch = counted.epochs AND s.part = 'test'
             GROUP BY predictions.instance_id))) AS level
  FROM counted WHERE :metric = 'calibration-error' GROUP BY dataset, model
),
-- With more than one model, each has rows of its own.
kind AS (
  SELECT model, iif((SELECT count(DISTINCT model) FROM value) > 1, printf(' (%s)', model), '') AS suffix
  FROM value GROUP BY model
  UNION ALL
  SELECT '', '' WHERE NOT EXISTS (SELECT 1 FROM value)
),
-- Runs that were added to the experiment by hand may have data sets and methods which its lists do not name.
subject AS (
  SELECT 0 AS extra, ordinal, dataset, title FROM experiment_dataset JOIN chosen USING (experiment_id)
  UNION ALL
  SELECT DISTINCT 1, 0, dataset, dataset FROM value
  WHERE dataset NOT IN (SELECT dataset FROM experiment_dataset JOIN chosen USING (experiment_id))
),
technique AS (
  SELECT 0 AS extra, ordinal, method FROM experiment_method JOIN chosen USING (experiment_id)
  WHERE :methods IS NULL OR method IN (SELECT value FROM json_each(:methods))
  UNION ALL
  SELECT DISTINCT 1, 0, method FROM value
  WHERE method NOT IN (SELECT method FROM experiment_method JOIN chosen USING (experiment_id))
),
figure AS (
  SELECT method, dataset, value / 100 AS value FROM published JOIN chosen USING (experiment_id)
  WHERE metric = :metric AND (:methods IS NULL OR method IN (SELECT value FROM json_each(:methods)))
),
complete AS (
  SELECT dataset, model FROM value GROUP BY dataset, model
  HAVING count(DISTINCT method) = (SELECT count(DISTINCT method) FROM value AS other WHERE other.model = value.model)
),
breadth AS (
  SELECT model, suffix, (SELECT count(*) FROM complete WHERE complete.model = kind.model) AS datasets FROM kind
),
sample AS (
  SELECT 0 AS averaged, dataset, model, method, split_seed, fold, value, ratio FROM value
  UNION ALL
  SELECT 1, 'average', model, method, split_seed, fold, avg(value), avg(ratio) FROM value JOIN complete USING (dataset, model)
  GROUP BY model, method, split_seed, fold HAVING count(*) = (SELECT datasets FROM breadth WHERE breadth.model = value.model)
),
centred AS (
  SELECT averaged, dataset, model, method, split_seed, fold, value, ratio,
         avg(value) OVER (PARTITION BY averaged, dataset, model, method) AS mean
  FROM sample
),
cell AS (
  SELECT averaged, dataset, model, method, count(*) AS splits, mean,
         CASE WHEN count(*) > 1 THEN sqrt(sum((value - mean) * (value - mean)) / (count(*) - 1)) END AS sd
  FROM centred GROUP BY averaged, dataset, model, method
),
-- max() picks the row that the bare column is of.
best AS (
  SELECT averaged, dataset, model, method AS best_method, max(metric_sign(:metric) * mean)
  FROM cell GROUP BY averaged, dataset, model
),
tested AS (
  SELECT averaged, dataset, model, mine.method,
         iif(count(*) > 1, coalesce(resampled_p(mine.value - other.value, mine.ratio), 1), NULL) AS p
  FROM sample AS mine JOIN best USING (averaged, dataset, model)
  JOIN sample AS other USING (averaged, dataset, model, split_seed, fold)
  WHERE other.method = best_method AND mine.method <> best_method
  GROUP BY averaged, dataset, model, mine.method
),
ordered AS (
  SELECT averaged, dataset, model, method, p,
         row_number() OVER (PARTITION BY averaged, dataset, model ORDER BY p, method) AS place,
         count(*) OVER (PARTITION BY averaged, dataset, model) AS tests
  FROM tested WHERE p IS NOT NULL
),
holm AS (
  SELECT averaged, dataset, model, method,
         max((tests - place + 1) * p) OVER (PARTITION BY averaged, dataset, model ORDER BY place) >= 0.05 AS is_alike
  FROM ordered
),
bold AS (
  SELECT averaged, dataset, model, method FROM holm WHERE is_alike
  UNION ALL
  SELECT averaged, dataset, model, best_method FROM best
),
decided AS (
  SELECT DISTINCT averaged, dataset, model FROM holm WHERE NOT is_alike
),
published_cell AS (
  SELECT 0 AS averaged, dataset, model, method, value FROM figure CROSS JOIN kind
  UNION ALL
  SELECT 1, 'average', model, method, avg(value) FROM figure JOIN complete USING (dataset) JOIN breadth USING (model)
  GROUP BY model, method HAVING count(*) = datasets
),
side AS (
  SELECT 0 AS averaged, extra, ordinal, dataset, model, title || suffix AS title, 1 AS datasets
  FROM subject CROSS JOIN kind
  UNION ALL
  SELECT 1, 2, 0, 'average', model,
         iif(datasets = (SELECT count(*) FROM subject), 'average', printf('average of %d', datasets)) || suffix, datasets
  FROM breadth WHERE EXISTS (SELECT 1 FROM subject)
),
head AS (
  SELECT extra, ordinal, method, 1 AS trained FROM technique
  UNION ALL
  SELECT DISTINCT 2, 0, method, 0 FROM figure WHERE method NOT IN (SELECT method FROM technique)
),
place AS (
  SELECT method,
         CASE :sort WHEN 'name' THEN method WHEN 'mean' THEN -metric_sign(:metric) * avg(iif(averaged, mean, NULL)) END AS place
  FROM head LEFT JOIN cell USING (method) GROUP BY method
),
grid AS (
  SELECT side.averaged, side.extra, side.ordinal, head.extra AS head_extra, head.ordinal AS head_ordinal,
         head.trained, dataset, model, title, datasets, method, coalesce(splits, 0) AS splits, mean, sd,
         published_cell.value AS published, printf('%.1f', 100 * mean) AS shown,
         iif(side.averaged, (SELECT avg(level) FROM level JOIN complete USING (dataset, model) WHERE model = side.model),
             (SELECT level FROM level WHERE level.dataset = side.dataset AND level.model = side.model)) AS level,
         (side.averaged, dataset, model) IN decided AND (side.averaged, dataset, model, method) IN bold AS bold,
         side.averaged = 0 AND splits IS NOT NULL AND (splits < max(splits) OVER (PARTITION BY side.averaged)
           OR (dataset, model, method) IN mixed) AS differs
  FROM side CROSS JOIN head
  LEFT JOIN cell USING (averaged, dataset, model, method)
  LEFT JOIN published_cell USING (averaged, dataset, model, method)
)
SELECT dataset, datasets, method, splits, mean, sd, published, nullif(model, '') AS model,
       title AS _data_set,
       CASE WHEN trained THEN method END AS _method,
       CASE WHEN mean IS NULL THEN NULL WHEN sd IS NULL THEN shown
            ELSE shown || printf(' ± %4.1f', 100 * sd) END ||
            iif(differs, '*', iif(max(differs) OVER (PARTITION BY method), ' ', '')) AS _cell,
       bold AS _best,
       CASE WHEN :metric = 'calibration-error' THEN 'if calibrated' END AS _level_name,
       CASE WHEN level IS NOT NULL THEN printf('%.1f', 100 * level) END AS _level,
       CASE WHEN method IN (SELECT method FROM figure) THEN 'paper: ' || method END AS _paper,
       CASE WHEN published IS NOT NULL THEN printf('%.1f', 100 * published) END AS _published,
       (SELECT group_concat(note, char(10)) FROM remark) AS _note
FROM grid JOIN place USING (method)
ORDER BY averaged, extra, ordinal, dataset, model, place NULLS LAST, head_extra, head_ordinal, method
