#include "track/track_findings.h"

#include <stddef.h>

#include "db/series.h"

const char *const track_file_findings[] = {
	"SELECT printf('%d blocks are recorded, epochs have %d', recorded, had) FROM"
	" (SELECT (SELECT count(*) FROM block) AS recorded, (SELECT total((instances + block_instances - 1) /"
	" max(block_instances, 1)) FROM epoch JOIN run USING (run_id) JOIN dataset USING (dataset_id)"
	" WHERE first_block IS NOT NULL) AS had) WHERE recorded <> had",
	"SELECT printf('data set %d: %d instances, %d of them recorded', dataset_id, instances, rows) FROM (SELECT *,"
	" (SELECT count(*) FROM instance AS i WHERE i.dataset_id = d.dataset_id) AS rows FROM dataset AS d)"
	" WHERE instances <> rows",
	"SELECT printf('data set %d: %d classes, %d of them recorded', dataset_id, classes, rows) FROM (SELECT *,"
	" (SELECT count(*) FROM class AS c WHERE c.dataset_id = d.dataset_id) AS rows FROM dataset AS d)"
	" WHERE classes <> rows",
	"SELECT printf('data set %d: %d features, %d of them recorded', dataset_id, features, rows) FROM (SELECT *,"
	" (SELECT count(*) FROM feature AS f WHERE f.dataset_id = d.dataset_id) AS rows FROM dataset AS d)"
	" WHERE features <> rows",
	"SELECT printf('data set %d: bytes of features: %d recorded, %d recomputed', dataset_id, bytes, instances *"
	" instance_bytes) FROM (SELECT *, (SELECT total(length(value)) FROM feature_block AS b WHERE b.dataset_id ="
	" d.dataset_id) AS bytes FROM dataset AS d) WHERE bytes <> instances * instance_bytes",
	"SELECT printf('data set %d: instance %d: class_index: recorded %d of %d classes', dataset_id, instance_id,"
	" class_index, classes) FROM instance JOIN dataset USING (dataset_id)"
	" WHERE class_index NOT BETWEEN 0 AND classes - 1",
	"SELECT printf('split %d: it is of %d instances, its data set of %d', split_id, length(test), instances)"
	" FROM split JOIN dataset USING (dataset_id) WHERE length(test) <> instances",
	"SELECT printf('split %d: words of split_part: recorded %d, recomputed %d', split_id, recorded, recomputed)"
	" FROM (SELECT split_id, (instances + 63) / 64 AS recomputed, (SELECT count(*) FROM split_part AS part"
	" WHERE part.split_id = split.split_id) AS recorded FROM split JOIN dataset USING (dataset_id))"
	" WHERE recorded <> recomputed",
	/* LIMIT: the mask is read once a word, not once a bit. */
	"WITH RECURSIVE bit (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM bit WHERE i < 63)"
	" SELECT printf('split %d: split_part: word %d: recorded %d, recomputed %d', split_id, word, recorded,"
	" recomputed) FROM (SELECT *, (SELECT sum((substr(bytes, i + 1, 1) = byte) << i) FROM bit) AS recomputed"
	" FROM (SELECT split_id, word, part.test AS recorded, substr(split.test, 64 * word + 1, 64) AS bytes, x'01' AS"
	" byte FROM split_part AS part JOIN split USING (split_id) UNION ALL"
	" SELECT split_id, word, part.meta, substr(split.test, 64 * word + 1, 64), x'02'"
	" FROM split_part AS part JOIN split USING (split_id) LIMIT -1)) WHERE recorded <> recomputed",
	"SELECT printf('split %d: class %d: the data set has no such class', split_id, class_index) FROM split_class"
	" JOIN split USING (split_id) LEFT JOIN class USING (dataset_id, class_index) WHERE name IS NULL",
	"SELECT printf('float32_scale: row %d is not what it must be', exponent) FROM float32_scale"
	" WHERE hidden_bit <> CASE WHEN exponent IN (0, 256) THEN 0 ELSE 8388608 END"
	" OR scale <> (SELECT s.scale FROM float32_scale AS s WHERE s.exponent = float32_scale.exponent - 1)"
	" * CASE WHEN exponent IN (1, 257) THEN 1 ELSE 2 END"
	" OR scale IS NULL OR exponent IN (255, 511) OR exponent NOT BETWEEN 0 AND 510",
	"SELECT 'float32_scale: rows are missing' WHERE (SELECT count(*) FROM float32_scale) <> 510"
	" OR (SELECT scale FROM float32_scale WHERE exponent = 127) <> 1.0 / 8388608"
	" OR (SELECT scale FROM float32_scale WHERE exponent = 256 + 127) <> -1.0 / 8388608",
	"SELECT printf('float64_scale: row %d is not what it must be', exponent) FROM float64_scale"
	" WHERE exponent NOT BETWEEN 0 AND 63 OR (exponent > 0 AND scale IS NOT"
	" (SELECT s.scale FROM float64_scale AS s WHERE s.exponent = float64_scale.exponent - 1) * 4294967296.0)",
	"SELECT 'float64_scale: rows are missing' WHERE (SELECT count(*) FROM float64_scale) <> 64"
	" OR (SELECT scale FROM float64_scale WHERE exponent = 33) <> 1.0 / 262144",
	NULL,
};

#define SHOWN(id, name, column, storage, shape, task) IN_DYNAMICS_##task(#column ", ")
#define COLUMNS "run_id, epoch, instance_id, part, class, " SERIES(SHOWN) "probabilities"

const char *const track_run_findings[] = {
	"SELECT 'a row of instance_summary: there is no instance ' || instance_id FROM instance_summary"
	" WHERE run_id = :run_id AND instance_id NOT IN (SELECT instance_id FROM instance WHERE dataset_id ="
	" (SELECT dataset_id FROM run WHERE run_id = :run_id))",
	"SELECT printf('epoch %d: class_epoch has rows of it, epoch does not', epoch) FROM class_epoch"
	" WHERE run_id = :run_id AND epoch NOT IN (SELECT epoch FROM epoch WHERE run_id = :run_id) GROUP BY epoch",
	"SELECT printf('epoch %d: regression_epoch has rows of it, epoch does not', epoch) FROM regression_epoch"
	" WHERE run_id = :run_id AND epoch NOT IN (SELECT epoch FROM epoch WHERE run_id = :run_id) GROUP BY epoch",
	"SELECT printf('epoch %d: partial_epoch has a row of it, epoch does not', epoch) FROM partial_epoch"
	" WHERE run_id = :run_id AND epoch NOT IN (SELECT epoch FROM epoch WHERE run_id = :run_id)",
	"SELECT printf('epoch %d: own_series has rows of it, epoch does not', epoch) FROM own_series"
	" WHERE run_id = :run_id AND epoch NOT IN (SELECT epoch FROM epoch WHERE run_id = :run_id) GROUP BY epoch",
	"SELECT printf('epoch %d: own_series %s: block %d: length %d', epoch, own_series.name, block, length(value))"
	" FROM own_series JOIN run USING (run_id) JOIN dataset USING (dataset_id) WHERE run_id = :run_id AND"
	" length(value) IS NOT 4 * min(block_instances, instances - block * block_instances)",
	"SELECT printf('epoch %d: its weights are recorded, it is not', epoch) FROM weight"
	" WHERE run_id = :run_id AND epoch > 0 AND epoch NOT IN (SELECT epoch FROM epoch WHERE run_id = :run_id)"
	" GROUP BY epoch",
	"SELECT printf('epoch %d: layer %d: %s: length: recorded %d, recomputed %d', epoch, layer, name, length(value),"
	" 8 * rows * cols) FROM weight WHERE run_id = :run_id AND length(value) <> 8 * rows * cols",
	"SELECT 'dynamics_rows: ' || count(*) || ' rows are not those of dynamics' FROM (SELECT " COLUMNS
	" FROM dynamics_rows WHERE run_id = :run_id EXCEPT SELECT " COLUMNS
	/* Without rows there is nothing to compare with, and the dynamics are most of the file. */
	" FROM (SELECT 1 FROM dynamics_rows WHERE run_id = :run_id LIMIT 1) CROSS JOIN dynamics"
	" WHERE run_id = :run_id) HAVING count(*) > 0",
	"SELECT printf('epoch %d: dynamics_rows has %d of %d instances', epoch, count(*), instances) FROM dynamics_rows"
	" JOIN run USING (run_id) JOIN dataset USING (dataset_id) WHERE run_id = :run_id GROUP BY epoch"
	" HAVING count(*) <> instances",
	NULL,
};
