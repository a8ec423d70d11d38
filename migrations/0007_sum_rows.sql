-- What influence --save writes and claims get checksums, too.
ALTER TABLE influence ADD COLUMN checksum INTEGER;
ALTER TABLE loss_change ADD COLUMN checksum INTEGER;
ALTER TABLE claim ADD COLUMN checksum INTEGER;
