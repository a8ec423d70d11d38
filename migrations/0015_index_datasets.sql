-- The data sets of one reading of one file: which of a name's contents a run is of is found at once, however many there are.
CREATE INDEX dataset_by_origin ON dataset (origin, label, missing);
