-- The parts of a split as small numbers, so that SQL need not read a mask of one byte per instance for every row.
CREATE TABLE split_part (
  split_id INTEGER NOT NULL REFERENCES split,
  word INTEGER NOT NULL,
  test INTEGER NOT NULL,
  PRIMARY KEY (split_id, word)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER split_has_parts AFTER INSERT ON split BEGIN
  INSERT INTO split_part (split_id, word, test)
    SELECT new.split_id, position >> 6, sum((substr(new.test, position + 1, 1) = x'01') << (position & 63))
    FROM instance WHERE dataset_id = new.dataset_id GROUP BY position >> 6;
END;
-- The rows once more, for the trigger.
INSERT OR REPLACE INTO split SELECT * FROM split;
-- What SQLite keeps of the file in memory unless it is told otherwise, 64 MB: questions about instances across the
-- epochs go to a page of every epoch again and again.
PRAGMA default_cache_size = 2048;
