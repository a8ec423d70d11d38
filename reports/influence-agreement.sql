-- title: Whether du - dl of each epoch ranks the instances as the exact gradients do
-- heading: Rank correlation of the loss change that the gradients predict with du - dl, run {run}
-- note: 1 where du - dl orders the instances as the predicted change of their loss does, 0 without any relation. same_sign: share of instances for which both say better or both say worse.
-- task: classification, hardest
-- param run: run, required, the run
-- param part: all|train|test = train, of which part
-- plot: lines, x=epoch, y=rank_correlation, by=_run
-- empty: no loss changes of run {run} are saved; 'hardrow influence --run {run} --save' computes and saves them
--
-- Spearman's: the correlation of the ranks, equal values have their mean rank. du - dl > 0 where the true class lost
-- probability, as the loss grows. Epoch 1 is left out: its du and dl compare with equal probabilities, not with those of
-- the initial weights, whose gradients its loss changes are of.
WITH step AS MATERIALIZED (
  SELECT epoch, instance_id, predicted_loss_change AS predicted, du - dl AS unlearned
  FROM loss_changes CROSS JOIN dynamics USING (run_id, epoch, instance_id)
  WHERE run_id = :run AND epoch > 1 AND :part IN ('all', part) AND predicted_loss_change IS NOT NULL AND du - dl IS NOT NULL
),
ranked AS (
  SELECT epoch, predicted, unlearned,
         rank() OVER (PARTITION BY epoch ORDER BY predicted)
           + (count(*) OVER (PARTITION BY epoch, predicted) - count(*) OVER (PARTITION BY epoch)) / 2.0 - 1 AS a,
         rank() OVER (PARTITION BY epoch ORDER BY unlearned)
           + (count(*) OVER (PARTITION BY epoch, unlearned) - count(*) OVER (PARTITION BY epoch)) / 2.0 - 1 AS b
  FROM step
),
-- Epochs whose loss changes can be saved: they and the one before are recorded, with its weights.
possible AS (
  SELECT DISTINCT epoch + 1 AS epoch FROM weights AS w
  WHERE run_id = :run AND epoch > 0 AND name = 'weight'
    AND EXISTS (SELECT 1 FROM dynamics AS d WHERE d.run_id = :run AND d.epoch = w.epoch + 1 AND d.draws IS NOT NULL)
    AND EXISTS (SELECT 1 FROM dynamics AS d WHERE d.run_id = :run AND d.epoch = w.epoch)
),
saved AS (SELECT count(DISTINCT epoch) AS epochs FROM loss_changes WHERE run_id = :run AND epoch > 1)
SELECT epoch, count(*) AS instances, sum(a * b) / sqrt(nullif(sum(a * a) * sum(b * b), 0)) AS rank_correlation,
       avg(sign(predicted) = sign(unlearned)) AS same_sign, 'run ' || :run AS _run,
       (SELECT 'Cut short: the loss changes of ' || saved.epochs || ' of ' || count(*)
               || ' epochs are saved; ''hardrow influence --run ' || :run || ' --save'' saves them all.'
        FROM saved CROSS JOIN possible GROUP BY saved.epochs HAVING count(*) > saved.epochs) AS _note
FROM ranked GROUP BY epoch ORDER BY epoch
