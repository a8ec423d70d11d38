-- More measures of an instance over the epochs of a run. NULL: 'hardrow summarize' has not been asked for them.
ALTER TABLE instance_summary ADD COLUMN mean_loss REAL;
ALTER TABLE instance_summary ADD COLUMN last_loss REAL;
ALTER TABLE instance_summary ADD COLUMN aum REAL;
ALTER TABLE instance_summary ADD COLUMN el2n REAL;
ALTER TABLE instance_summary ADD COLUMN ever_learned INTEGER;
ALTER TABLE instance_summary ADD COLUMN never_learned INTEGER GENERATED ALWAYS AS (1 - ever_learned) VIRTUAL;
ALTER TABLE instance_summary ADD COLUMN first_learned INTEGER;
ALTER TABLE instance_summary ADD COLUMN unlearned_epochs INTEGER;
