-- The measure that needs the network's weights and activations, not only its predictions.
ALTER TABLE instance_summary ADD COLUMN grand REAL;
