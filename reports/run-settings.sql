-- title: One run: its configuration
-- heading: Settings
-- param run: run, required, the run
-- param all: yes|no = no, also those that are off
-- below: run-classes
SELECT key AS setting, CASE type WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' ELSE value END AS value
FROM runs, json_each(runs.settings)
WHERE run_id = :run AND (:all = 'yes' OR coalesce(value, 'none') NOT IN ('none', 'auto', 0))
ORDER BY id
