-- title: Instances whose label may be wrong
-- heading: Candidates for a wrong label, of part {part}
-- note: Hard but right instances look alike: these are candidates, most likely ones first. On sets with wrong labels that
-- note: order told them apart with an AUC of .77 (docs/measures.md; of your data: report measure-auc). likely: the class
-- note: that the models give it. p_given, p_likely: mean probabilities of the two classes. runs: of how many models.
-- task: classification, hardest
-- param experiment: experiment, over the runs of its splits in which the instance was in the test part (confident learning)
-- param run: run, without --experiment: of this run alone; without it the newest one, and for the test part those on the other folds or splits too
-- param dataset: dataset, only this data set
-- param method: method = base, of an experiment: which method's runs
-- param part: test|train|all = test, of a run: of which part
-- param count: count = 20, how many instances
-- empty: no candidates: there is no finished run with recorded last epochs, or every label fits
--
-- Confident learning (Northcutt, Jiang and Chuang 2021, eq. 1 and 2): an instance is counted as class j when its probability
-- of j is at least the mean probability of j among the instances labelled j; the candidates are those that are counted as
-- another class than their own, of several the likeliest. They are ordered by the margin p_likely - p_given.
-- Probabilities are those of the last recorded epoch; over several runs their mean. The newest run's other folds or splits
-- are those of the same experiment, data set, model and method, or outside of experiments of the same folds.
WITH newest AS (
  SELECT * FROM current_runs WHERE status = 'done' AND (:dataset IS NULL OR dataset = :dataset) ORDER BY run_id DESC LIMIT 1
),
subject AS (
  SELECT r.run_id, r.dataset_id, r.dataset, r.model, r.method,
         (SELECT max(epoch) FROM epochs WHERE epochs.run_id = r.run_id AND recorded) AS epoch
  FROM ended_runs AS r LEFT JOIN newest
  WHERE r.status = 'done' AND (:dataset IS NULL OR r.dataset = :dataset)
    AND CASE WHEN :experiment IS NOT NULL THEN r.experiment = :experiment AND r.method = :method
        ELSE r.run_id = coalesce(:run, newest.run_id)
          OR :run IS NULL AND :part = 'test'
            AND (r.experiment_id, r.dataset, r.model, r.method) IS (newest.experiment_id, newest.dataset, newest.model, newest.method)
            AND (r.experiment_id IS NOT NULL OR r.folds > 1 AND (r.folds, r.split_seed) = (newest.folds, newest.split_seed)) END
    -- A run that is named need not be one that counts: newer data of its name, or its repetition, takes nothing from it.
    AND (:experiment IS NULL AND r.run_id = :run OR r.is_newest AND r.is_on_newest_data)
),
seen AS MATERIALIZED (
  SELECT subject.dataset_id, subject.dataset, subject.model, p.instance_id, i.class AS given, p.class,
         avg(p.probability) AS p, count(*) AS runs
  FROM subject
  CROSS JOIN instance_summary AS s ON s.run_id = subject.run_id
  CROSS JOIN instances AS i ON i.dataset_id = subject.dataset_id AND i.instance_id = s.instance_id
  CROSS JOIN predictions AS p ON p.run_id = subject.run_id AND p.epoch = subject.epoch AND p.instance_id = s.instance_id
  WHERE s.part = iif(:experiment IS NOT NULL, 'test', iif(:part = 'all', s.part, :part))
  GROUP BY subject.dataset_id, subject.model, p.instance_id, p.class
),
threshold AS (
  SELECT dataset_id, model, class, avg(p) AS threshold FROM seen WHERE class = given GROUP BY dataset_id, model, class
),
-- Of each instance, first the likeliest of the classes that it is counted as.
counted AS (
  SELECT seen.*, p >= threshold AS is_counted, sum(iif(class = given, p, 0)) OVER each AS p_given,
         row_number() OVER (each ORDER BY p < threshold, p DESC, class) AS place
  FROM seen JOIN threshold USING (dataset_id, model, class)
  WINDOW each AS (PARTITION BY dataset_id, model, instance_id)
)
SELECT c.dataset, c.model, c.instance_id, i.source_line, c.given AS class, c.class AS likely, c.p_given, c.p AS p_likely,
       c.runs, i.features
FROM counted AS c JOIN instances AS i USING (dataset_id, instance_id)
WHERE c.place = 1 AND c.is_counted AND c.class <> c.given
ORDER BY c.p - c.p_given DESC, c.dataset, c.instance_id LIMIT :count
