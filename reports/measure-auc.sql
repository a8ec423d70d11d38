-- title: Which measure finds the labels that flip-labels made wrong
-- heading: Area under the ROC curve of finding the wrong labels, of part {part}
-- note: 0.5 is chance. Means over the data sets, then over the splits, each of which has flips of its own; ± is half of the
-- note: 95 % interval for these rows: splits overlap, so that it is too narrow for others. p-true is the mean over the epochs
-- note: of the true class's probability.
-- task: classification, hardest
-- param experiment: experiment, which experiment; without it the newest, or in a file without any all runs
-- param part: all|train|test = train, among which instances; those of the test part were never trained on
-- param dataset: dataset, only this data set
-- pivot: row=measure, column=_kind, cell=_cell
-- empty: there is no finished run with flip-labels, or none in the experiment
--
-- The probability that a wrong label ranks above a right one, equal ranks counted half (Mann and Whitney 1947). Hard is a
-- low p-true, AUM and correctness and a high value of the others; what was never learned counts as forgotten most often.
WITH chosen AS (
  SELECT (SELECT max(experiment_id) FROM experiment WHERE name = coalesce(:experiment, name)) AS experiment_id
),
member AS MATERIALIZED (
  SELECT s.*, r.dataset, r.model, r.method, r.split_seed, r.fold, i.flipped_from IS NOT NULL AS is_flipped
  FROM current_runs AS r
  JOIN chosen ON chosen.experiment_id IS r.experiment_id
  JOIN instance_summary AS s ON s.run_id = r.run_id
  JOIN instances AS i ON i.dataset_id = r.dataset_id AND i.instance_id = s.instance_id
  WHERE r.status = 'done' AND :part IN ('all', s.part) AND (:dataset IS NULL OR r.dataset = :dataset)
),
score AS (
  SELECT run_id, 1 AS place, 'p-true' AS measure, -p_true_mean AS hardness, is_flipped FROM member
  UNION ALL SELECT run_id, 2, 'loss', mean_loss, is_flipped FROM member
  UNION ALL SELECT run_id, 3, 'last-loss', last_loss, is_flipped FROM member
  UNION ALL SELECT run_id, 4, 'aum', -aum, is_flipped FROM member
  UNION ALL SELECT run_id, 5, 'el2n', el2n, is_flipped FROM member
  UNION ALL SELECT run_id, 6, 'grand', grand, is_flipped FROM member
  UNION ALL SELECT run_id, 7, 'difficulty', difficulty, is_flipped FROM member
  UNION ALL SELECT run_id, 8, 'correctness', -correctness, is_flipped FROM member
  UNION ALL SELECT run_id, 9, 'forgetting', iif(correctness = 0, 9e999, forgetting_events), is_flipped FROM member
  UNION ALL SELECT run_id, 10, 'unlearned', unlearned_epochs, is_flipped FROM member
),
ranked AS (
  SELECT run_id, place, measure, is_flipped,
         rank() OVER path + (count(*) OVER (PARTITION BY run_id, measure, hardness) - 1) / 2.0 AS rank
  FROM score WHERE hardness IS NOT NULL
  WINDOW path AS (PARTITION BY run_id, measure ORDER BY hardness)
),
counted AS (
  SELECT run_id, place, measure, sum(is_flipped) AS flipped, sum(NOT is_flipped) AS right,
         sum(iif(is_flipped, rank, 0)) AS ranks
  FROM ranked GROUP BY run_id, place, measure
),
split AS (
  SELECT r.model, r.method, r.split_seed, r.fold, c.place, c.measure, count(DISTINCT r.dataset) AS datasets,
         avg((c.ranks - c.flipped * (c.flipped + 1) / 2.0) / (c.flipped * c.right)) AS auc
  FROM counted AS c
  JOIN (SELECT DISTINCT run_id, dataset, model, method, split_seed, fold FROM member) AS r ON r.run_id = c.run_id
  WHERE c.flipped > 0 AND c.right > 0
  GROUP BY r.model, r.method, r.split_seed, r.fold, c.place, c.measure
),
result AS (
  SELECT measure, place, model, method, max(datasets) AS datasets, count(*) AS splits, avg(auc) AS auc,
         resampled_half_width(auc, 0, 0.95) AS half
  FROM split GROUP BY measure, place, model, method
)
SELECT measure, model, method, datasets, splits, auc, auc - half AS low, auc + half AS high,
       printf('%s, %s', model, method) AS _kind,
       printf('%.3f', auc) || iif(half IS NULL, '', printf(' ± %.3f', half)) AS _cell
FROM result ORDER BY model, method, place
