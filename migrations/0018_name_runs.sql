-- What people call a run and what they note about it: nothing of it makes the run.
ALTER TABLE run ADD COLUMN run_name TEXT;
ALTER TABLE run ADD COLUMN note TEXT;
