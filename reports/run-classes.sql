-- title: One run: its classes at the last epoch
-- heading: Classes at the last epoch
-- task: classification, slices
-- param run: run, required, the run
SELECT class, part, instances, correct, 1.0 * correct / instances AS accuracy,
       sampling_share, weight_norm
FROM class_epochs
WHERE run_id = :run AND epoch = (SELECT epochs FROM runs WHERE run_id = :run)
ORDER BY class, part DESC
