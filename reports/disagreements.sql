-- title: Instances that two runs predict as different classes
-- heading: Instances that run {run} and run {other} predict differently after their last epochs
-- note: p_true and other_p_true: the true class's probability, mean over the epochs; the largest differences first.
-- task: classification, hardest
-- param run: run, required, the run
-- param other: run, required, the run that it is compared with
-- param part: all|train|test|both-test = all, of which part in the first run; both-test: of the test part of both
-- param class: class, only instances of this class
-- param count: count = 20, at most so many instances
-- plot: points, x=p_true, y=other_p_true, by=right, title=_title, xtitle="mean probability of the true class, first run", ytitle="the other run"
-- empty: run {run} and run {other} are on different data, or predict numbers, or no such instance differently
--
-- right: which of the two predicts the true class. Where one run was trained on an instance and the other was not, the
-- parts differ, and so may what they think of it.
WITH pair AS (
  SELECT a.instance_id, a.class, a.part, b.part AS other_part, a.predicted, b.predicted AS other_predicted,
         CASE WHEN a.predicted = a.class THEN 'run ' || :run WHEN b.predicted = b.class THEN 'run ' || :other
              ELSE 'neither' END AS right,
         a.p_true_mean AS p_true, b.p_true_mean AS other_p_true, a.difficulty, b.difficulty AS other_difficulty,
         mine.dataset_id
  FROM run AS mine JOIN run AS theirs ON theirs.run_id = :other AND theirs.dataset_id = mine.dataset_id
  JOIN instance_summary AS a ON a.run_id = mine.run_id
  JOIN instance_summary AS b ON b.run_id = theirs.run_id AND b.instance_id = a.instance_id
  WHERE mine.run_id = :run AND (:class IS NULL OR a.class = :class)
    AND (:part IN ('all', a.part) OR :part = 'both-test' AND a.part = 'test' AND b.part = 'test')
),
tally AS (
  SELECT count(*) AS instances, sum(predicted <> other_predicted) AS differing,
         sum(predicted <> other_predicted AND predicted = class) AS mine,
         sum(predicted <> other_predicted AND other_predicted = class) AS theirs
  FROM pair
)
SELECT instance_id, source_line, class, part, other_part, predicted, other_predicted, right, p_true, other_p_true,
       difficulty, other_difficulty,
       printf('%d of %d instances are predicted differently: %d by run %d alone right, %d by run %d.', differing, instances,
              mine, :run, theirs, :other) AS _note,
       printf('run %d and run %d', :run, :other) AS _title
FROM pair CROSS JOIN tally JOIN instances USING (dataset_id, instance_id, class)
WHERE predicted <> other_predicted
ORDER BY abs(p_true - other_p_true) DESC, instance_id LIMIT :count
