-- What DuckDB needs to know before it reads a hardrow file: the views cut bytes out of blobs, for which it has other
-- functions than SQLite.
--
--   INSTALL sqlite; LOAD sqlite; .read docs/duckdb.sql
--   ATTACH 'runs.db' (TYPE sqlite); USE runs; SELECT epoch, avg(p_true) FROM dynamics GROUP BY ALL;
CREATE OR REPLACE MACRO substr(bytes, first, count) AS bytes[first : first + count - 1];
-- Of the blob of all bytes alone: where a byte stands in it.
CREATE OR REPLACE MACRO instr(all_bytes, byte) AS coalesce(TRY_CAST('0x' || hex(byte) AS BIGINT), 0) + 1;
CREATE OR REPLACE MACRO json_quote(text) AS CAST(to_json(text) AS VARCHAR);
CREATE OR REPLACE MACRO printf(format, number) AS CAST(number AS VARCHAR);
