-- title: One run: its whole configuration
-- heading: Settings
-- param run: run, required, the run
-- below: run-classes
SELECT key AS setting, CASE type WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' ELSE value END AS value
FROM runs, json_each(runs.settings)
WHERE run_id = :run
ORDER BY id
