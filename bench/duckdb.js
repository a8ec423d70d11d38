// For queries.py: {setup, questions, rounds} on standard input, CPU seconds of each answer on standard output, of one thread.
// Exit code 77: no DuckDB.
let duckdb;
try {
  duckdb = require('@duckdb/node-api');
} catch {
  process.exit(77);
}

async function seconds(connection, sql) {
  const start = process.cpuUsage();
  await connection.runAndReadAll(sql);
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1e6;
}

async function main() {
  const { setup, questions, rounds } = JSON.parse(require('fs').readFileSync(0));
  const connection = await (await duckdb.DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  for (const sql of setup) await connection.run(sql);
  const answers = {};
  for (const name of Object.keys(questions)) answers[name] = [];
  for (let i = 0; i < rounds; i++)
    for (const [name, sql] of Object.entries(questions)) answers[name].push(await seconds(connection, sql));
  process.stdout.write(JSON.stringify(answers));
}
main();
