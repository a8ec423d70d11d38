-- What 'hardrow influence --save' computes from recorded weights.
CREATE TABLE influence (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  instance_id INTEGER NOT NULL,
  training_instance_id INTEGER NOT NULL,
  inner_product REAL,
  PRIMARY KEY (run_id, epoch, instance_id, training_instance_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE loss_change (
  run_id INTEGER NOT NULL REFERENCES run,
  epoch INTEGER NOT NULL,
  instance_id INTEGER NOT NULL,
  predicted REAL,
  PRIMARY KEY (run_id, epoch, instance_id)
) STRICT, WITHOUT ROWID;
