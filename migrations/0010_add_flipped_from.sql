-- What a label was before it was made wrong on purpose.
ALTER TABLE instance ADD COLUMN flipped_from TEXT;
