-- title: Learning curves of the methods of an experiment, mean and deviation over the splits
-- heading: Learning curves: {part} {metric}, mean ± standard deviation over the splits
-- task: classification, regression-table
-- format: csv
-- param experiment: experiment, which experiment; without it the newest
-- param dataset: dataset, which data set; without it the first that has a finished run
-- param metric: metric_names(train)|loss = accuracy, what is shown
-- param part: test|train = test, of which part
-- param methods: text, only these methods, as base,difficulty
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- plot: bands, x=epoch, y=mean, low=low, high=high, by=_method, title=_title, ytitle="mean ± deviation"
-- empty: there is no experiment, or it has no finished run on this data set, or none of these methods
--
-- The runs of current_runs count, the seeds of a split averaged first. low and high are the mean less and plus the sample
-- standard deviation, NULL with one split. An epoch that not all splits have says so in `splits`.
WITH chosen AS (
  SELECT experiment_id FROM experiment WHERE name = coalesce(:experiment, name) ORDER BY experiment_id DESC LIMIT 1
),
finished AS (
  SELECT run_id, dataset, model, method, split_seed, fold FROM current_runs JOIN chosen USING (experiment_id)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL)
    AND (:methods IS NULL OR instr(',' || :methods || ',', ',' || method || ',') > 0)
),
subject AS (
  SELECT coalesce(:dataset, (SELECT dataset FROM finished ORDER BY run_id LIMIT 1)) AS dataset
),
sample AS (
  SELECT dataset, model, method, split_seed, fold, epoch,
         avg(CASE :part || ' ' || :metric WHEN 'test loss' THEN test_loss WHEN 'train loss' THEN train_loss
           ELSE iif(:part = 'test', metric_value(:metric, test), metric_value(:metric, train)) END) AS value
  FROM subject JOIN finished USING (dataset) JOIN epochs USING (run_id)
  GROUP BY model, method, split_seed, fold, epoch
  HAVING value IS NOT NULL
),
centred AS (
  SELECT sample.*, avg(value) OVER (PARTITION BY model, method, epoch) AS mean FROM sample
),
curve AS (
  SELECT dataset, model, method, epoch, count(*) AS splits, mean,
         CASE WHEN count(*) > 1 THEN sqrt(sum((value - mean) * (value - mean)) / (count(*) - 1)) END AS sd
  FROM centred GROUP BY model, method, epoch
)
SELECT dataset, model, method, epoch, splits, mean, sd, mean - sd AS low, mean + sd AS high,
       CASE WHEN (SELECT count(DISTINCT model) FROM finished) > 1 THEN printf('%s (%s)', method, model)
            ELSE method END AS _method,
       dataset AS _title
FROM curve
LEFT JOIN (SELECT method, ordinal FROM experiment_method JOIN chosen USING (experiment_id)) USING (method)
ORDER BY ordinal IS NULL, ordinal, method, model, epoch
