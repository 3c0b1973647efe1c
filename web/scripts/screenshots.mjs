// Screenshots of each screen, light and dark, from a running server:
//     node scripts/screenshots.mjs http://127.0.0.1:8080/ FOLDER [PART-OF-NAME]
import { mkdir, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const [address, folder, wanted = ''] = process.argv.slice(2);
if (address === undefined || folder === undefined) {
  console.error('usage: node scripts/screenshots.mjs ADDRESS FOLDER [PART-OF-NAME]');
  process.exit(2);
}
const SIZES = [
  { width: 1280, height: 800 },
  { width: 2560, height: 1440 },
];
/** A statement that a rollup answers. */
const ROLLED_UP = `SELECT layer, expert, COUNT(*) AS activations
FROM activations
WHERE run_id = 1 AND is_last_prompt
GROUP BY layer, expert
ORDER BY activations DESC`;
/** An expert of OLMoE in bfloat16, half a gigabyte, and what an SSD reads. */
const MEMORY = 'megabytes=12.6&gigabytes=0.5&bandwidth=3.5';
const PAGES = [
  { name: 'overview', fragment: 'screen=overview', ready: '.tokens .token' },
  { name: 'subjects', fragment: 'screen=explore&picture=subjects&layer=3', ready: 'canvas' },
  { name: 'coactivation', fragment: 'screen=explore&picture=coactivation&layer=1&scope=prompt', ready: 'canvas' },
  { name: 'transitions', fragment: 'screen=explore&picture=transitions&layer=0&expert=5&scope=prompt', ready: '.node' },
  { name: 'comparison', fragment: 'screen=explore&picture=comparison', ready: 'canvas', without: '.alone' },
  { name: 'questions', fragment: 'screen=explore&picture=questions&question=10&layer=2&expert=12', ready: '.token' },
  { name: 'serve', fragment: `screen=serve&run=1&${MEMORY}&layer=1`, ready: '[aria-label="Placement on devices"] .row' },
  { name: 'expert', fragment: 'screen=expert&layer=2&expert=12&scope=prompt', ready: 'mark' },
  { name: 'run', fragment: 'screen=run', ready: 'dd' },
  { name: 'query', fragment: 'screen=query', ready: 'regular-table td', act: (page) => example(page, 'Accuracy by expert') },
  { name: 'chart', fragment: 'screen=query', ready: 'regular-table td', act: (page) => example(page, 'Accuracy by expert', 'Chart') },
  { name: 'plan', fragment: `q=${encodeURIComponent(ROLLED_UP)}`, ready: '.run', act: plan },
  { name: 'runs', fragment: 'screen=runs', ready: 'tbody .status' },
];

async function example(page, title, view) {
  await page.click(`.entry:has-text("${title}")`);
  await page.waitForSelector('[role=status]:has-text(" in ")');
  if (view !== undefined) {
    await page.click(`.kinds button:has-text("${view}")`);
  }
}

async function plan(page) {
  await page.click('.run');
  await page.waitForSelector('[role=status]:has-text(" in ")');
  await page.click('.kinds button:has-text("Plan")');
  await page.waitForSelector('.plan .name');
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const colorScheme of ['light', 'dark']) {
  for (const viewport of SIZES) {
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
    page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
    page.on('pageerror', (error) => console.error(error));
    for (const { name, fragment, ready, without, act } of PAGES) {
      const file = `${name}-${colorScheme}-${viewport.width}.webp`;
      if (!file.includes(wanted)) {
        continue;
      }
      await page.goto('about:blank');
      await page.goto(`${address}#${fragment}`);
      await page.waitForSelector(without === undefined ? ready : `${ready}, ${without}`, { timeout: 60_000 });
      if (without !== undefined && (await page.$(without)) !== null) {
        console.error(`${file} is left out: it needs a second run in the file.`);
        continue;
      }
      await act?.(page);
      await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
      await page.mouse.move(0, 0);
      await page.waitForTimeout(400);
      const { data } = await (await page.context().newCDPSession(page)).send('Page.captureScreenshot', { format: 'webp', quality: 84 });
      await writeFile(`${folder}/${file}`, data, 'base64');
      console.log(file);
    }
    await page.close();
  }
}
await browser.close();
