// Runs statements through "pg" or "postgres": node clients.cjs MODE PORT < statements.json
// Dates, times, numbers beyond 2^53 and decimals are left as texts: JavaScript's Date has no microseconds.
const [mode, port] = process.argv.slice(2);
const statements = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const address = { host: '127.0.0.1', port: Number(port), user: 'tester', database: 'gatehouse' };
const TIMES = [1082, 1083, 1114, 1184];

async function each(run) {
  const results = [];
  for (const sql of statements) {
    try {
      results.push({ rows: await run(sql) });
    } catch (e) {
      results.push({ error: String(e) });
    }
  }
  return results;
}

async function pg() {
  const { Client, types } = require('pg');
  TIMES.forEach((oid) => types.setTypeParser(oid, (text) => text));
  types.setTypeParser(1182, (text) => text);
  const client = new Client(address);
  await client.connect();
  const results = await each(async (text) => {
    if (mode === 'pg-cursor') {
      const Cursor = require('pg-cursor');
      const cursor = client.query(new Cursor(text, [], { rowMode: 'array' }));
      const rows = [];
      for (let part = await cursor.read(7); part.length > 0; part = await cursor.read(7)) {
        rows.push(...part);
      }
      await cursor.close();
      return rows;
    }
    const name = mode === 'pg-prepared' ? { name: `s${statements.indexOf(text)}` } : {};
    return (await client.query({ text, rowMode: 'array', ...name })).rows;
  });
  await client.end();
  return results;
}

async function postgres() {
  const text = { from: TIMES, to: 25, serialize: String, parse: (value) => value };
  const sql = require('postgres')({ ...address, max: 1, onnotice: () => {}, types: { times: text } });
  const results = await each(async (statement) => {
    const query = sql.unsafe(statement, [], { prepare: mode !== 'postgres' });
    if (mode !== 'postgres-cursor') {
      return [...(await query.values())];
    }
    // A cursor gives objects; equal names of columns are one field of them.
    const rows = [];
    await query.values().cursor(7, (part) => {
      rows.push(...part);
    });
    return rows;
  });
  await sql.end();
  return results;
}

(mode.startsWith('pg') ? pg() : postgres()).then(
  // NaN and infinities are no JSON.
  (results) => console.log(JSON.stringify(results, (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v))),
  (e) => {
    console.error(e);
    process.exit(1);
  },
);
