-- title: True and predicted classes of a run
-- heading: Instances of each class by what they are predicted as
-- note: Rows: true class; columns: predicted class; recall: share of the class that is predicted right.
-- task: classification, slices
-- param run: run, the run; without it the newest one that is done
-- param epoch: count, after this epoch, which must be recorded; without it after the last
-- param part: all|train|test = all, of which part
-- pivot: row=_row, column=predicted, cell=instances
-- pivot: row=_row, column="recall", cell=_recall
-- plot: matrix, x=_test_predicted, y=class, value=share, title=_title, xtitle="predicted, test part", ytitle="class"
-- plot: matrix, x=_train_predicted, y=class, value=share, xtitle="predicted, training part", ytitle="class"
-- empty: there is no finished run, or it has no such part, or this epoch is not recorded
--
-- share is of the class's instances in that part, NULL if there are none.
WITH subject AS (
  SELECT run_id, dataset_id, method, dataset FROM runs
  WHERE run_id = coalesce(:run, (SELECT max(run_id) FROM runs WHERE status = 'done')) AND task = 'classification'
),
judged AS (
  SELECT part, class, predicted FROM subject CROSS JOIN instance_summary USING (run_id)
  WHERE :epoch IS NULL AND :part IN ('all', part)
  UNION ALL
  SELECT part, class, predicted FROM subject CROSS JOIN dynamics USING (run_id)
  WHERE epoch = :epoch AND :part IN ('all', part)
),
tally AS MATERIALIZED (
  SELECT part, class, predicted, count(*) AS instances FROM judged GROUP BY part, class, predicted
),
size AS MATERIALIZED (SELECT part, class, sum(instances) AS size FROM tally GROUP BY part, class),
cell AS (
  SELECT run_id, method, dataset, parts.part, truth.name AS class, guess.name AS predicted,
         truth.class_index AS class_index, guess.class_index AS predicted_index
  FROM subject CROSS JOIN (SELECT DISTINCT part FROM tally) AS parts
  JOIN class AS truth ON truth.dataset_id = subject.dataset_id
  JOIN class AS guess ON guess.dataset_id = subject.dataset_id
)
SELECT run_id, part, class, predicted, coalesce(instances, 0) AS instances, 1.0 * coalesce(instances, 0) / size AS share,
       part || ' ' || class AS _row,
       CASE WHEN class = predicted AND size > 0 THEN printf('%.3f', 1.0 * coalesce(instances, 0) / size) END AS _recall,
       CASE part WHEN 'test' THEN predicted END AS _test_predicted,
       CASE part WHEN 'train' THEN predicted END AS _train_predicted,
       printf('%s on %s, run %d', method, dataset, run_id) AS _title
FROM cell LEFT JOIN tally USING (part, class, predicted) LEFT JOIN size USING (part, class)
ORDER BY part, class_index, predicted_index
