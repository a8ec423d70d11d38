-- In an epoch that draws an instance more than 65534 times, the numbers of block.draws have four bytes.
ALTER TABLE epoch ADD COLUMN draws_bytes INTEGER NOT NULL DEFAULT 2;
