// For duckdb.py: {statements, views} on standard input, what each view is on standard output. Exit code 77: no DuckDB.
let duckdb;
try {
  duckdb = require('@duckdb/node-api');
} catch {
  process.exit(77);
}

const plain = (value) => {
  if (typeof value === 'bigint') return Number(value);
  if (value === Infinity) return 'inf'; // which JSON has not
  return value instanceof duckdb.DuckDBBlobValue ? null : value;
};

async function main() {
  const { statements, views } = JSON.parse(require('fs').readFileSync(0));
  const connection = await (await duckdb.DuckDBInstance.create(':memory:')).connect();
  for (const sql of statements) await connection.run(sql);
  const answers = {};
  for (const [name, sql] of views) {
    try {
      await connection.run(sql);
      const reader = await connection.runAndReadAll(`SELECT * FROM ${name}`);
      answers[name] = { types: reader.columnTypes().map(String), rows: reader.getRows().map((row) => row.map(plain)) };
    } catch (error) {
      answers[name] = { error: String(error) };
    }
  }
  process.stdout.write(JSON.stringify(answers));
}
main();
