-- title: Two runs: the settings that differ
-- heading: What differs
-- param run: run, required, the first run
-- param other: run, required, the second run
-- pivot: row=setting, column=_first_name, cell=first
-- pivot: row=setting, column=_second_name, cell=second
-- below: compare-runs-classes
--
-- An imported run has no settings, and so nothing to set beside those of another.
WITH setting AS (
  SELECT run_id, 0 AS place, 'data set' AS setting, dataset AS value FROM runs WHERE run_id IN (:run, :other)
  UNION ALL
  SELECT run_id, 1, 'data', printf('%s, label %s, %d rows', substr(sha256, 1, 12), label, instances)
  FROM runs JOIN dataset USING (dataset_id) WHERE run_id IN (:run, :other)
  UNION ALL
  SELECT run_id, 2, 'method', runs.method FROM runs WHERE run_id IN (:run, :other)
  UNION ALL
  SELECT run_id, 3, 'epochs trained', epochs FROM runs WHERE run_id IN (:run, :other)
  UNION ALL
  SELECT run_id, 4, 'hardrow', hardrow_version || coalesce(' ' || git_commit, '') FROM runs WHERE run_id IN (:run, :other)
  UNION ALL
  SELECT run_id, 5 + id, key, CASE type WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' ELSE value END
  FROM runs, json_each(runs.settings) WHERE run_id IN (:run, :other)
    AND NOT EXISTS (SELECT 1 FROM runs AS imported WHERE imported.run_id IN (:run, :other) AND imported.model = 'external')
),
beside AS (
  SELECT min(place) AS place, setting, max(CASE WHEN run_id = :run THEN value END) AS first,
         max(CASE WHEN run_id = :other THEN value END) AS second
  FROM setting GROUP BY setting
)
SELECT setting, first, second, 'run ' || :run AS _first_name, 'run ' || :other AS _second_name,
       CASE WHEN (SELECT count(DISTINCT iif(origin = '', sha256, printf('%s %s %s', origin, label, missing)))
                  FROM runs JOIN dataset USING (dataset_id) WHERE run_id IN (:run, :other)) > 1
            THEN 'The runs are on different data: there are no rows to compare one by one.' END AS _note
FROM beside WHERE first IS NOT second ORDER BY place, setting
