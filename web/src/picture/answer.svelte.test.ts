import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Rows } from '../api/http';
import { answer as rowsOf } from '../api/testing';
import { Answer } from './answer.svelte';

interface Request {
  sql: string;
  signal: AbortSignal;
  reply(rows: Rows): Promise<void>;
}

let requests: Request[] = [];
let stop: () => void = () => undefined;
/** Answers are kept for as long as the file has not grown; each test has a file of its own. */
let revision = 0;

beforeEach(() => {
  requests = [];
  revision++;
  vi.stubGlobal('fetch', (_: string, { body, signal }: { body: string; signal: AbortSignal }) => {
    return new Promise<Response>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      requests.push({
        sql: (JSON.parse(body) as { sql: string }).sql,
        signal,
        async reply(rows) {
          resolve(Response.json(rows));
          await vi.waitFor(() => flushSync());
          await new Promise((done) => setTimeout(done));
          flushSync();
        },
      });
    });
  });
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

function ask(sql: () => string | undefined): Answer {
  let answer: Answer | undefined;
  stop = $effect.root(() => {
    answer = new Answer(sql, () => revision);
  });
  flushSync();
  return answer as Answer;
}

describe('answer', () => {
  it('is busy until the rows are there', async () => {
    const answer = ask(() => 'SELECT 1');
    expect(answer.busy).toBe(true);
    await requests[0]?.reply(rowsOf(['n'], [[1]]));
    expect(answer.busy).toBe(false);
    expect(answer.rows?.rows).toEqual([[1]]);
    expect(answer.sql).toBe('SELECT 1');
  });

  it('is busy no more when nothing is asked any more', () => {
    let sql = $state<string | undefined>('SELECT 1');
    const answer = ask(() => sql);
    expect(answer.busy).toBe(true);
    sql = undefined;
    flushSync();
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(answer.busy).toBe(false);
  });

  it('keeps no rows of what is asked no more', async () => {
    let sql = $state<string | undefined>('SELECT 1');
    const answer = ask(() => sql);
    await requests[0]?.reply(rowsOf(['n'], [[1]]));
    sql = undefined;
    flushSync();
    expect(answer.rows).toBeUndefined();
    expect(answer.sql).toBe('');
  });

  it('asks again for another statement only', () => {
    let look = $state({ run: 1, layer: 0 });
    ask(() => `SELECT ${look.run}`);
    look = { run: 1, layer: 3 };
    flushSync();
    expect(requests.map((request) => request.sql)).toEqual(['SELECT 1']);
    expect(requests[0]?.signal.aborted).toBe(false);
    look = { run: 2, layer: 3 };
    flushSync();
    expect(requests.map((request) => request.sql)).toEqual(['SELECT 1', 'SELECT 2']);
    expect(requests[0]?.signal.aborted).toBe(true);
  });

  it('keeps the old rows until the new are there', async () => {
    let sql = $state('SELECT 1');
    const answer = ask(() => sql);
    await requests[0]?.reply(rowsOf(['n'], [[1]]));
    sql = 'SELECT 2';
    flushSync();
    expect(answer.rows?.rows).toEqual([[1]]);
    expect(answer.sql).toBe('SELECT 1');
    await requests[1]?.reply(rowsOf(['n'], [[2]]));
    expect(answer.rows?.rows).toEqual([[2]]);
  });

  it('waits for the answers before it, busy and with its old rows', async () => {
    let look = $state(1);
    let first: Answer | undefined;
    let second: Answer | undefined;
    stop = $effect.root(() => {
      first = new Answer(() => `SELECT 1, ${look}`, () => revision);
      second = new Answer(() => `SELECT 2, ${look}`, () => revision, [first]);
    });
    flushSync();
    expect(second?.busy).toBe(true);
    expect(requests.map((request) => request.sql)).toEqual(['SELECT 1, 1']);
    await requests[0]?.reply(rowsOf(['n'], [[1]]));
    expect(requests.map((request) => request.sql)).toEqual(['SELECT 1, 1', 'SELECT 2, 1']);
    await requests[1]?.reply(rowsOf(['n'], [[2]]));
    expect(second?.busy).toBe(false);
    look = 2;
    flushSync();
    expect(requests.map((request) => request.sql)).toEqual(['SELECT 1, 1', 'SELECT 2, 1', 'SELECT 1, 2']);
    expect(second?.busy).toBe(true);
    expect(second?.rows?.rows).toEqual([[2]]);
  });
});
