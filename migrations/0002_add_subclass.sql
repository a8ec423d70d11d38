-- The original class of a relabelled data set, and splits whose test part came with the data set.
ALTER TABLE instance ADD COLUMN subclass TEXT;
ALTER TABLE split ADD COLUMN given INTEGER NOT NULL DEFAULT 0;
