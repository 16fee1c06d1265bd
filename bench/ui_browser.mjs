// SPDX-License-Identifier: Apache-2.0
// What bench/ui measures in Chromium. Prints one JSON line; see there.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';

const require = createRequire(new URL('../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const [url, username, password, repeat, trace_file] = process.argv.slice(2);
const SCROLL_MS = 4000;
const MARKS = 60;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const part = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

const browser = await chromium.launch({
  executablePath: process.env.AIFLOW_E2E_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});

async function signed_in() {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
  const page = await context.newPage();
  await page.goto(`${url}/login`);
  await page.fill('#username', username);
  await page.fill('#password', password);
  await page.click('button[type=submit]');
  await page.locator('.shell').waitFor();
  return { page, state: await context.storageState(), close: () => context.close() };
}

/** Milliseconds from the start of the page's load until `wanted` is there, seen from inside. */
async function load(page, path, wanted) {
  await page.goto(url + path, { waitUntil: 'commit' });
  return page.evaluate(
    (selector) =>
      new Promise((done) => {
        const look = () => {
          if (document.querySelector(selector)) {
            requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0));
          } else requestAnimationFrame(look);
        };
        look();
      }),
    wanted,
  );
}

/** A new browser context knows the session and nothing else: all files are fetched. */
async function first_page(state) {
  const times = [];
  let script_bytes = 0;
  for (let round = 0; round < repeat; round += 1) {
    const context = await browser.newContext({ storageState: state });
    const page = await context.newPage();
    times.push(await load(page, '/dags', '[data-dag], tbody tr'));
    script_bytes = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter((entry) => entry.name.endsWith('.js'))
        .reduce((sum, entry) => sum + entry.encodedBodySize, 0),
    );
    await context.close();
  }
  return { usable_ms: median(times), script_kb: script_bytes / 1000 };
}

async function grid(page) {
  const times = [];
  for (let round = 0; round < repeat; round += 1) {
    times.push(await load(page, '/dags/big?runs=100', '.gridv canvas'));
  }
  await browser.startTracing(page, { path: trace_file });
  const frames = await page.evaluate(async (length) => {
    const element = document.querySelector('.gridv');
    const gaps = [];
    await new Promise((done) => {
      let last = performance.now();
      const end = last + length;
      const step = (now) => {
        gaps.push(now - last);
        last = now;
        element.scrollTop += 60;
        element.scrollLeft -= 4;
        if (now < end) requestAnimationFrame(step);
        else done();
      };
      requestAnimationFrame(step);
    });
    return gaps.slice(1);
  }, SCROLL_MS);
  await browser.stopTracing();
  const mean = frames.reduce((sum, gap) => sum + gap, 0) / frames.length;
  return { shown_ms: median(times), fps: 1000 / mean, frame_p95_ms: part(frames, 0.95) };
}

/** The layout runs in a worker; the longest gap between frames tells whether input would wait. */
async function graph(page) {
  await load(page, '/dags/thousand?tab=runs&fold=-', '.tabs');
  const found = await page.evaluate(
    () =>
      new Promise((done) => {
        let longest = 0;
        let last = performance.now();
        const begin = last;
        [...document.querySelectorAll('[role=tab]')].at(1).click();
        const look = (now) => {
          longest = Math.max(longest, now - last);
          last = now;
          if (!document.querySelector('.graph-far canvas')) requestAnimationFrame(look);
          else paint(now - begin, longest);
        };
        // What is in the page by then is placed and painted in the frames after it.
        const paint = (shown_ms, longest_frame_ms) => {
          const end = last + 5000;
          longest = 0;
          const more = (now) => {
            longest = Math.max(longest, now - last);
            last = now;
            if (now < end) requestAnimationFrame(more);
            else done({ shown_ms, longest_frame_ms, longest_painting_ms: longest });
          };
          requestAnimationFrame(more);
        };
        requestAnimationFrame(look);
      }),
  );
  return { ...found, ...(await graph_moved(page)) };
}

/** The graph zoomed in by the wheel until its boxes are elements, and the longest frame of it. */
async function graph_moved(page) {
  const { width, height } = page.viewportSize();
  await page.mouse.move(width / 2, height / 2);
  await page.evaluate(() => {
    const seen = { last: performance.now(), longest: 0 };
    window.frames_seen = seen;
    const look = (now) => {
      seen.longest = Math.max(seen.longest, now - seen.last);
      seen.last = now;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  for (let step = 0; step < 40 && !(await page.locator('.graph-task').count()); step += 1) {
    await page.mouse.wheel(0, -120);
    await page.waitForTimeout(50);
  }
  await page.waitForTimeout(1000);
  return page.evaluate(() => ({
    boxes_near: document.querySelectorAll('.graph-task').length,
    longest_zooming_ms: window.frames_seen.longest,
  }));
}

/** From the request that changes a state until the frame that shows it, in a page that shows it. */
async function change(page) {
  await load(page, '/dags/pulse?task=beat', '.drawer .state-badge');
  await page.waitForTimeout(500);
  const times = await page.evaluate(async (count) => {
    const session = await (await fetch('/auth/me')).json();
    const runs = await (await fetch('/api/v2/dags/pulse/dagRuns?limit=1')).json();
    const run = encodeURIComponent(runs.items[0].dag_run_id);
    const badge = () => document.querySelector('.drawer .state-badge')?.dataset.state;
    const found = [];
    for (let mark = 0; mark < count; mark += 1) {
      const new_state = badge() === 'failed' ? 'success' : 'failed';
      const begin = performance.now();
      void fetch(`/api/v2/dags/pulse/dagRuns/${run}/taskInstances/beat`, {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf_token },
        body: JSON.stringify({ new_state }),
      });
      await new Promise((done) => {
        const look = () => (badge() === new_state ? done() : requestAnimationFrame(look));
        look();
      });
      found.push(performance.now() - begin);
      await new Promise((done) => setTimeout(done, 100));
    }
    return found;
  }, MARKS);
  return { median_ms: median(times), p95_ms: part(times, 0.95) };
}

const entered = await signed_in();
const found = {
  first_page: await first_page(entered.state),
  grid: await grid(entered.page),
  graph: await graph(entered.page),
  change: await change(entered.page),
};
await browser.close();
writeFileSync(1, JSON.stringify(found) + '\n');
