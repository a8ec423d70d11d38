-- title: The hardest instances of a run, and why
-- heading: The hardest instances of part {part}
-- note: hard_by_difficulty: the place by the difficulty after the last epoch, 1 is the hardest.
-- param run: run, the run; without it the newest one that is done
-- param dataset: dataset, without --run: the newest run on this data set
-- param count: count = 10, how many instances
-- param by: p-true|loss|last-loss|aum|el2n|grand|difficulty|forgetting|unlearned|last-residual = p-true, which measure ranks them
-- param part: all|train|test = all, of which part
-- param class: class, only instances of this class
-- empty: there is no finished run, or it has no such instances, or it is older than the measure: 'hardrow summarize' adds it
--
-- p_true_mean finds wrong labels better than difficulty does (docs/measures.md).
SELECT run_id, instance_id, source_line, part, class, predicted, p_true_mean, mean_loss, aum, el2n, difficulty,
       hard_by_difficulty, correctness, forgetting_events, unlearned_epochs, grand, target, mean_abs_residual,
       last_residual,
       iif(target IS NULL,
           'p_true_mean: the true class''s probability, mean over the epochs; correctness: share of epochs predicted right.
A small p_true_mean says that a row was wrong all along, a difficulty above 1 that it was unlearned more than learned: the
hardest by one need not be those by the other.',
           'mean_abs_residual: |residual|, mean over the epochs. A large one says that a row was off all along, a difficulty above 1
that it moved away more than nearer: the hardest by one need not be those by the other.') || '
Ranked by ' || iif(:by = 'p-true' AND target IS NOT NULL, 'mean_abs_residual', :by) ||
         coalesce('; ' || regression_note(iif(target IS NULL, NULL, 'regression')), '') || '.' AS _note,
       instance_key,
       (SELECT features FROM instances AS i WHERE i.dataset_id = hard.dataset_id AND i.position = hard.position) AS features
FROM (
  SELECT s.*, i.dataset_id, i.position, i.source_line, i.instance_key, i.target, rank() OVER (ORDER BY s.difficulty DESC) AS hard_by_difficulty,
    CASE :by WHEN 'p-true' THEN coalesce(-s.p_true_mean, s.mean_abs_residual)
      WHEN 'last-residual' THEN abs(s.last_residual) WHEN 'loss' THEN s.mean_loss WHEN 'last-loss' THEN s.last_loss
      WHEN 'aum' THEN -s.aum WHEN 'el2n' THEN s.el2n WHEN 'grand' THEN s.grand WHEN 'difficulty' THEN s.difficulty
      -- One that was never learned is harder than any that was forgotten.
      WHEN 'forgetting' THEN coalesce(s.forgetting_events, 9e999)
      ELSE s.unlearned_epochs END AS hardness
  FROM instance_summary AS s JOIN runs ON runs.run_id = s.run_id
  JOIN instances AS i ON i.dataset_id = runs.dataset_id AND i.instance_id = s.instance_id
  WHERE s.run_id = coalesce(:run, (
      SELECT max(run_id) FROM runs WHERE status = 'done' AND (:dataset IS NULL OR dataset = :dataset)))
    AND (:class IS NULL OR s.class = :class) AND :part IN ('all', s.part)) AS hard
WHERE hardness IS NOT NULL
ORDER BY hardness DESC, instance_id LIMIT :count
