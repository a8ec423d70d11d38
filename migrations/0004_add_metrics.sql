-- More metrics of an epoch; NULL in epochs of older versions.
ALTER TABLE epoch ADD COLUMN train_balanced_error REAL;
ALTER TABLE epoch ADD COLUMN train_macro_f1 REAL;
ALTER TABLE epoch ADD COLUMN test_macro_f1 REAL;
ALTER TABLE epoch ADD COLUMN train_calibration_error REAL;
ALTER TABLE epoch ADD COLUMN test_calibration_error REAL;
ALTER TABLE epoch ADD COLUMN test_many_shot_accuracy REAL;
ALTER TABLE epoch ADD COLUMN test_medium_shot_accuracy REAL;
ALTER TABLE epoch ADD COLUMN test_few_shot_accuracy REAL;
