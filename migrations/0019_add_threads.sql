-- How many threads shared the work of a run: whatever their number, the results are the same.
ALTER TABLE run ADD COLUMN threads INTEGER;
