// Prints the version of DuckDB, and the number of rows of each table of a file.
import { createRequire } from 'node:module';

const [, , modules, file] = process.argv;
const duckdb = createRequire(`${modules}/package.json`)('@duckdb/node-api');
console.log(duckdb.version());
const database = await duckdb.DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
const connection = await database.connect();
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRows();
for (const [name] of await rows('SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL')) {
  const [[count]] = await rows(`SELECT count(*) FROM "${name}"`);
  console.log(name, String(count));
  // Counts alone need no column.
  await rows(`SELECT * FROM "${name}"`);
}
