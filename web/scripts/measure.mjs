// Times of the console in headless Chromium, from a running server:
//     node scripts/measure.mjs http://127.0.0.1:8080/ [REPETITIONS]
// Prints medians. The result of a million rows is made by a cross join of the file's own tokens.
import { chromium } from 'playwright-core';

const [address, repetitions = '5'] = process.argv.slice(2);
if (address === undefined) {
  console.error('usage: node scripts/measure.mjs ADDRESS [REPETITIONS]');
  process.exit(2);
}
const ROWS = 1_000_000;
const MILLION = `SELECT a.question_id, a."position", a.token_id, a.token, b.question_id AS other_question, b.token_id AS other_token, b.token AS other
FROM tokens AS a
CROSS JOIN (SELECT question_id, token_id, token FROM tokens WHERE "position" < 20) AS b`;

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const report = (name, value, target) => console.log(`${name.padEnd(48)} ${value.padStart(12)}   ${target}`);
const milliseconds = (value) => `${value.toFixed(0)} ms`;

const paints = [];
const overviews = [];
for (let i = 0; i < Number(repetitions); i++) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(address);
  await page.waitForFunction(
    () =>
      document.querySelectorAll('.picture').length === 4 &&
      document.querySelector('.picture[aria-busy=true]') === null &&
      document.querySelector('.token') !== null &&
      document.querySelector('canvas') !== null &&
      document.querySelectorAll('[aria-label="Accuracy by expert"] [role=button]').length > 0,
    undefined,
    { polling: 'raf' },
  );
  overviews.push(await page.evaluate(() => performance.now()));
  paints.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN));
  await page.close();
}
report('first contentful paint', milliseconds(median(paints)), '<= 600 ms');
report('overview complete', milliseconds(median(overviews)), '<= 1500 ms');

const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await page.goto(`${address}#screen=query`);
await page.waitForSelector('regular-table td');
await drawHeatmap();
await scrollMillion();
await browser.close();

/** 61 layers of 256 experts, as a result of the query screen. */
async function drawHeatmap() {
  await run(`SELECT l.token_id AS layer, e.n AS expert, (l.token_id * 37 + e.n * 11) % 101 AS activations
FROM (SELECT DISTINCT token_id FROM tokens WHERE token_id < 2000 ORDER BY token_id LIMIT 61) AS l
CROSS JOIN (SELECT ROW_NUMBER() OVER (ORDER BY question_id) AS n FROM questions LIMIT 256) AS e`, '100000');
  await page.click('.kinds button:nth-child(2)');
  await page.waitForFunction(() => performance.getEntriesByName('matrix').length > 0);
  const drawn = await page.evaluate(() => performance.getEntriesByName('matrix').map((entry) => entry.duration));
  await page.waitForSelector('.plot [role=application][aria-label*="61 rows"][aria-label*="256 columns"]');
  report('heatmap of 61 x 256 drawn', `${Math.max(...drawn).toFixed(1)} ms`, '<= 100 ms');
  await page.click('.kinds button:nth-child(1)');
}

async function scrollMillion() {
  const start = Date.now();
  await run(MILLION, String(ROWS));
  report('1,000,000 rows fetched and shown', milliseconds(Date.now() - start), '');
  const times = await page.evaluate(async () => {
    const table = document.querySelector('regular-table');
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const taken = [];
    const end = table.scrollHeight;
    for (let i = 0; i < 200; i++) {
      const begin = performance.now();
      table.scrollTop = (end * ((i * 7919) % 200)) / 200;
      await frame();
      await frame();
      taken.push(performance.now() - begin);
    }
    return taken;
  });
  times.sort((a, b) => a - b);
  report('a jump within 1,000,000 rows, p50, two frames', milliseconds(times[Math.floor(times.length / 2)]), '');
  report('a jump within 1,000,000 rows, p95, two frames', milliseconds(times[Math.floor(times.length * 0.95)]), '<= 50 ms');
  await page.focus('regular-table');
  await page.keyboard.press('Control+End');
  await page.waitForFunction((last) => [...document.querySelectorAll('regular-table tbody th')].some((th) => th.textContent === last), ROWS.toLocaleString('en'));
  report('last row reached', 'yes', '');
}

async function run(sql, limit) {
  await page.selectOption('.limit select', limit);
  await page.click('.cm-content');
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(sql);
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('.cancel', { timeout: 5000 }).catch(() => undefined);
  await page.waitForSelector('.run', { timeout: 120_000 });
  const problem = await page.$('.problem');
  if (problem !== null) {
    throw new Error(await problem.innerText());
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
