-- Features become numbers in blocks of 64 instances, and their names rows; both were JSON. float64_block() is hardrow's
-- own: what was JSON is stored as float64, whatever would do.
CREATE TABLE feature (
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  feature_index INTEGER NOT NULL,
  name TEXT NOT NULL,
  level TEXT,
  storage TEXT CHECK (storage IN ('uint8', 'uint16', 'uint32', 'float32', 'float64')),
  place INTEGER NOT NULL,
  low INTEGER NOT NULL,
  divisor REAL NOT NULL,
  PRIMARY KEY (dataset_id, feature_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE feature_block (
  dataset_id INTEGER NOT NULL REFERENCES dataset,
  block INTEGER NOT NULL,
  value BLOB NOT NULL,
  checksum INTEGER,
  PRIMARY KEY (dataset_id, block)
) STRICT;

CREATE TABLE float64_scale (
  exponent INTEGER PRIMARY KEY,
  scale REAL NOT NULL
) STRICT;

-- Powers of two from one that decimal digits say exactly, as in 0001.
WITH RECURSIVE
  upward (exponent, scale) AS (
    VALUES (33, 1.0 / 262144) UNION ALL SELECT exponent + 1, scale * 4294967296.0 FROM upward WHERE exponent < 63),
  downward (exponent, scale) AS (
    VALUES (32, 1.0 / 262144 / 4294967296.0)
    UNION ALL SELECT exponent - 1, scale / 4294967296.0 FROM downward WHERE exponent > 0)
INSERT INTO float64_scale (exponent, scale)
SELECT exponent, scale FROM upward UNION ALL SELECT exponent, scale FROM downward;

ALTER TABLE dataset ADD COLUMN instance_bytes INTEGER NOT NULL DEFAULT 0;

-- SQLite 3.40 may crash on JSON that is not ours; of an array, the values up to the first odd one are safe.
INSERT INTO feature (dataset_id, feature_index, name, place, low, divisor)
  SELECT dataset_id, feature.key, feature.value, 8 * feature.key, 0, 1
  FROM dataset CROSS JOIN json_each(feature_names) AS feature
  WHERE feature_names GLOB '[[]*' AND feature.type = 'text';

UPDATE dataset SET instance_bytes = 8 * features
WHERE features > 0 AND dataset_id IN (SELECT dataset_id FROM instance)
  AND dataset_id NOT IN (SELECT dataset_id FROM instance WHERE features IS NULL)
  AND features = (SELECT count(*) FROM feature WHERE feature.dataset_id = dataset.dataset_id);

UPDATE feature SET storage = 'float64'
WHERE dataset_id IN (SELECT dataset_id FROM dataset WHERE instance_bytes > 0);

INSERT INTO feature_block (dataset_id, block, value)
  SELECT instance.dataset_id, position / 64, float64_block(position % 64, instance.features, dataset.features)
  FROM dataset CROSS JOIN instance USING (dataset_id)
  WHERE instance_bytes > 0
  GROUP BY instance.dataset_id, position / 64;

-- What they were computed from is gone.
DELETE FROM checksum WHERE subject = 'dataset';

ALTER TABLE instance DROP COLUMN features;
ALTER TABLE dataset DROP COLUMN feature_names;
