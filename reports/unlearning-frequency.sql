-- title: How often instances are unlearned, by class and sub-class
-- heading: How often instances are unlearned: mean and quartiles
-- note: In shares of the epochs, over the instances. Unlearned: p_true falls by more than {fall}.
-- task: classification, hardest
-- param run: run, the run; without it the newest one that is done and recorded from its first epoch on
-- param part: all|train|test = train, of which part
-- param fall: amount = 0.00001, a smaller fall of p_true is none
-- plot: bars, x=_class_bar, y=mean, low=q25, high=q75, by=_class, title=_title, xtitle="class (instances)", ytitle="share of the epochs"
-- plot: bars, x=_subclass_bar, y=mean, low=q25, high=q75, by=_class, xtitle="sub-class (instances)", ytitle="share of the epochs"
-- empty: there is no finished run that is recorded from its first epoch on, or it has no such instances
--
-- The paper's Figure 3 (Yu et al. 2022). Before training p_true is 1 / number of classes. Epochs that follow one that is
-- not recorded do not count. The rows with a sub-class are of relabelled data sets; those without are whole classes.
WITH subject AS (
  SELECT run_id, dataset_id, dataset, method, 1.0 / (SELECT count(*) FROM class WHERE class.dataset_id = runs.dataset_id) AS p
  FROM runs WHERE run_id = coalesce(:run, (
    SELECT max(run_id) FROM runs JOIN epochs USING (run_id) WHERE status = 'done' AND epoch = 1 AND recorded))
),
step AS (
  SELECT run_id, instance_id, epoch, dynamics.class, p_true,
         lag(epoch, 1, 0) OVER path AS epoch_before, lag(p_true, 1, p) OVER path AS p_before
  FROM subject CROSS JOIN dynamics USING (run_id)
  WHERE :part IN ('all', part)
  WINDOW path AS (PARTITION BY instance_id ORDER BY epoch)
),
frequency AS MATERIALIZED (
  SELECT instance_id, class, avg(p_before - p_true > :fall) AS frequency
  FROM step WHERE epoch_before = epoch - 1 GROUP BY instance_id
),
member AS (
  SELECT class, NULL AS subclass, frequency FROM frequency
  UNION ALL
  SELECT frequency.class, subclass, frequency
  FROM subject CROSS JOIN frequency JOIN instances USING (dataset_id, instance_id) WHERE subclass IS NOT NULL
),
ranked AS (
  SELECT class, subclass, frequency, row_number() OVER (PARTITION BY class, subclass ORDER BY frequency) - 1 AS place,
         count(*) OVER (PARTITION BY class, subclass) - 1 AS last
  FROM member
),
-- A quantile lies between its two neighbours, each weighted by its nearness.
summary AS (
  SELECT class, subclass, count(*) AS instances, avg(frequency) AS mean,
         sum(frequency * max(0, 1 - abs(place - 0.25 * last))) AS q25,
         sum(frequency * max(0, 1 - abs(place - 0.5 * last))) AS median,
         sum(frequency * max(0, 1 - abs(place - 0.75 * last))) AS q75
  FROM ranked GROUP BY class, subclass
)
SELECT run_id, class, subclass, instances, mean, q25, median, q75,
       CASE WHEN subclass IS NULL THEN printf('%s (%d)', class, instances) END AS _class_bar,
       CASE WHEN subclass IS NOT NULL THEN printf('%s (%d)', subclass, instances) END AS _subclass_bar,
       CASE WHEN EXISTS (SELECT 1 FROM summary WHERE subclass IS NOT NULL) THEN class END AS _class,
       printf('%s on %s, run %d', method, dataset, run_id) AS _title
FROM summary CROSS JOIN subject
ORDER BY CAST(class AS INTEGER), class, subclass IS NOT NULL, CAST(subclass AS INTEGER), subclass
