-- title: Two methods of an experiment: the settings that differ
-- heading: What differs
-- param method: method, required, the first method
-- param other: method, required, the second method
-- param experiment: experiment, which experiment; without it the newest
-- param adjusted: yes|no = no, whether runs made by 'hardrow adjust' count
-- pivot: row=setting, column=_first_name, cell=first
-- pivot: row=setting, column=_second_name, cell=second
-- below: compare-methods-classes
--
-- What cross-validation chose may differ from run to run: then all values are listed.
WITH chosen AS (
  SELECT experiment_id, name FROM experiment WHERE name = coalesce(:experiment, name)
  ORDER BY experiment_id DESC LIMIT 1
),
setting AS (
  SELECT DISTINCT method, id, key AS setting, CASE type WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' ELSE value END AS value
  FROM current_runs JOIN chosen USING (experiment_id), json_each(current_runs.settings)
  WHERE status = 'done' AND (:adjusted = 'yes' OR source_run_id IS NULL) AND method IN (:method, :other)
    AND key NOT IN ('seed', 'split_seed', 'fold', 'record', 'record_weights', 'batch_size')
  ORDER BY value
),
beside AS (
  SELECT min(id) AS id, setting, group_concat(CASE WHEN method = :method THEN value END, ', ') AS first,
         group_concat(CASE WHEN method = :other THEN value END, ', ') AS second
  FROM setting GROUP BY setting
)
SELECT setting, first, second, :method AS _first_name, :other AS _second_name
FROM beside WHERE first IS NOT second ORDER BY id, setting
