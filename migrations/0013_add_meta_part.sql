-- A third part of a split: instances that neither train nor test, byte 2 of its mask.
ALTER TABLE split_part ADD COLUMN meta INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER split_has_parts;
CREATE TRIGGER split_has_parts AFTER INSERT ON split BEGIN
  INSERT INTO split_part (split_id, word, test, meta)
    SELECT new.split_id, position >> 6, sum((substr(new.test, position + 1, 1) = x'01') << (position & 63)),
      sum((substr(new.test, position + 1, 1) = x'02') << (position & 63))
    FROM instance WHERE dataset_id = new.dataset_id GROUP BY position >> 6;
END;
