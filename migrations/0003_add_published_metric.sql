-- Published figures of any metric, as they are printed. The key changes, so the table is made anew.
CREATE TABLE published_figure (
  experiment_id INTEGER NOT NULL REFERENCES experiment,
  method TEXT NOT NULL,
  dataset TEXT NOT NULL,
  metric TEXT NOT NULL,
  value REAL NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (experiment_id, method, dataset, metric)
) STRICT, WITHOUT ROWID;
INSERT INTO published_figure (experiment_id, method, dataset, metric, value, source)
  SELECT experiment_id, method, dataset, 'accuracy', round(100 * accuracy, 9), source FROM published;
DROP TABLE published;
ALTER TABLE published_figure RENAME TO published;
