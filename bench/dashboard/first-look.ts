// How long the first look takes with many alerts stored: `node bench/dashboard/first-look.ts [alerts] [folder]`, a
// million by default. A folder that is named is filled once and kept. The service is a process of its own on the embedded database; Chromium opens the overview anew each time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from 'playwright-core';
import { fill } from './fill.ts';

const amount = Math.max(1_000, Number(process.argv[2] ?? 1_000_000));
const looks = 15;
const root = new URL('../../', import.meta.url).pathname;
const executablePath = [process.env['WOLFSEC_CHROMIUM'] ?? '', '/usr/bin/chromium'].find(existsSync);
if (!executablePath) throw new Error('there is no Chromium here; WOLFSEC_CHROMIUM may name one');

/** Runs in the page: notes when the first kind of open alerts stands on it. */
const watchRows = `addEventListener('DOMContentLoaded', () =>
  new MutationObserver((_, observer) => {
    if (!document.querySelector('.group')) return;
    observer.disconnect();
    requestAnimationFrame(() => { window.rowsMs = performance.now(); });
  }).observe(document, { childList: true, subtree: true }));`;

const kept = process.argv[3];
const folder = kept ?? mkdtempSync(join(tmpdir(), 'wolfsec-first-look-'));
try {
  if (kept === undefined || !existsSync(kept)) {
    const startedMs = performance.now();
    await fill(folder, amount);
    console.log(`${amount} alerts stored in ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
  }
  const child = spawn(
    process.execPath,
    [join(root, 'src/cli/main.ts'), 'serve', '--port', '0', '--data', folder, '--sign-in-link'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    await look(browser, await linkOf(child.stdout));
  } finally {
    await browser.close();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}

/** The sign-in link that the service prints. */
async function linkOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const link = /^dashboard: (\S+)$/.exec(line)?.[1];
    if (link) return link;
  }
  throw new Error('the service printed no link');
}

async function look(browser: Browser, link: string): Promise<void> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.addInitScript({ content: watchRows });
  await page.goto(link);
  await page.locator('.group').first().waitFor();
  const first = { paint: [] as number[], rows: [] as number[] };
  for (let at = 0; at < looks; at++) {
    // The service answers all who ask within a second with one answer: each look is to get one of its own.
    await page.waitForTimeout(1_100);
    await page.reload();
    await page.locator('.group').first().waitFor();
    const { paint, rows } = await page.evaluate<{ paint: number; rows: number }>(
      `({ paint: performance.getEntriesByName('first-contentful-paint')[0].startTime, rows: window.rowsMs })`,
    );
    first.paint.push(paint);
    first.rows.push(rows);
  }
  const answers = await timesOf(page, (n) => `/v1/overview?hours=${n + 2}`);
  const lists = await timesOf(page, (n) => `/v1/alerts?status=open&limit=50&host=host-${n}`);
  console.log(`first paint: ${told(first.paint)}`);
  console.log(`open alerts on the page: ${told(first.rows)}`);
  console.log(`overview's answer: ${told(answers)}`);
  console.log(`open alerts of one host: ${told(lists)}`);
}

/** How long the API takes as the page sees it, each question another. */
async function timesOf(page: Page, path: (n: number) => string): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < looks; at++) {
    times.push(
      await page.evaluate<number>(`(async () => {
        const from = performance.now();
        const answer = await fetch(${JSON.stringify(path(at))});
        await answer.json();
        if (!answer.ok) throw new Error('answered ' + answer.status);
        return performance.now() - from;
      })()`),
    );
  }
  return times;
}

function told(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (q: number) => `${(sorted[Math.floor((sorted.length - 1) * q)] ?? 0).toFixed(0)} ms`;
  return `median ${at(0.5)}, 90 % within ${at(0.9)}, at most ${at(1)} (${times.length} times)`;
}
