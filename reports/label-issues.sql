-- title: Instances whose label may be wrong
-- heading: Candidates for a wrong label, of part {part}
-- note: Hard but right instances look alike: these are candidates, most likely ones first. likely: the class that the
-- note: models give it. p_given, p_likely: mean probabilities of the two classes. How sure: report measure-auc on your data.
-- param experiment: experiment, over the runs of its splits in which the instance was in the test part (confident learning)
-- param run: run, without --experiment: of this run, by what it predicted over its epochs; without it the newest one
-- param dataset: dataset, only this data set
-- param method: method = base, of an experiment: which method's runs
-- param part: test|train|all = test, of a run: of which part
-- param count: count = 20, how many instances
-- empty: no candidates: there is no finished run with recorded last epochs, or every label fits
--
-- Confident learning (Northcutt, Jiang and Chuang 2021, eq. 1 and 2): an instance is counted as class j when its probability
-- of j is at least the mean probability of j among the instances labelled j; the candidates are those that are counted as
-- another class than their own, of several the likeliest. They are ordered by the margin p_likely - p_given.
-- Probabilities are those of the last recorded epoch; over several runs their mean.
WITH subject AS (
  SELECT r.run_id, r.dataset_id, r.dataset, r.model, r.method,
         (SELECT max(epoch) FROM epochs WHERE epochs.run_id = r.run_id AND recorded) AS epoch
  FROM current_runs AS r
  WHERE r.status = 'done' AND (:dataset IS NULL OR r.dataset = :dataset)
    AND CASE WHEN :experiment IS NOT NULL THEN r.experiment = :experiment AND r.method = :method
        ELSE r.run_id = coalesce(:run, (SELECT max(run_id) FROM current_runs
          WHERE status = 'done' AND (:dataset IS NULL OR dataset = :dataset))) END
),
seen AS MATERIALIZED (
  SELECT subject.dataset_id, subject.dataset, subject.model, p.instance_id, p.class, avg(p.probability) AS p, count(*) AS runs
  FROM subject
  CROSS JOIN instance_summary AS s ON s.run_id = subject.run_id
  CROSS JOIN predictions AS p ON p.run_id = subject.run_id AND p.epoch = subject.epoch AND p.instance_id = s.instance_id
  WHERE s.part = iif(:experiment IS NOT NULL, 'test', iif(:part = 'all', s.part, :part))
  GROUP BY subject.dataset_id, subject.model, p.instance_id, p.class
),
threshold AS (
  SELECT seen.dataset_id, seen.model, seen.class, avg(seen.p) AS p
  FROM seen
  JOIN instances AS i ON i.dataset_id = seen.dataset_id AND i.instance_id = seen.instance_id AND i.class = seen.class
  GROUP BY seen.dataset_id, seen.model, seen.class
),
counted AS (
  SELECT seen.*, rank() OVER (PARTITION BY seen.dataset_id, seen.model, seen.instance_id ORDER BY seen.p DESC, seen.class) AS place
  FROM seen JOIN threshold AS t ON t.dataset_id = seen.dataset_id AND t.model = seen.model AND t.class = seen.class
  WHERE seen.p >= t.p
)
SELECT c.dataset, c.model, c.instance_id, i.source_line, i.class, c.class AS likely, given.p AS p_given, c.p AS p_likely,
       c.runs, i.features
FROM counted AS c
JOIN instances AS i ON i.dataset_id = c.dataset_id AND i.instance_id = c.instance_id
JOIN seen AS given ON given.dataset_id = c.dataset_id AND given.model = c.model AND given.instance_id = c.instance_id
  AND given.class = i.class
WHERE c.place = 1 AND c.class <> i.class
ORDER BY c.p - given.p DESC, c.dataset, c.instance_id LIMIT :count
