import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answer } from '../api/testing';
import { Execution } from './execution.svelte';
import { statementsOf } from './statements';

interface Request {
  method: string;
  path: string;
  sql: string;
  reply(response: Response): Promise<void>;
}

let requests: Request[] = [];

beforeEach(() => {
  requests = [];
  vi.stubGlobal('fetch', (path: string, { method, body, signal }: { method: string; body?: string; signal?: AbortSignal }) => {
    return new Promise<Response>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      requests.push({
        method,
        path,
        sql: body === undefined ? '' : (JSON.parse(body) as { sql: string }).sql,
        async reply(response) {
          resolve(response);
          await new Promise((done) => setTimeout(done));
        },
      });
    });
  });
});

afterEach(() => vi.unstubAllGlobals());

const rows = (value: number) => Response.json(answer(['n'], [[value]]));
const refusal = () => Response.json({ title: 'Wrong', status: 400, detail: 'No.' }, { status: 400, headers: { 'Content-Type': 'application/problem+json' } });
const asked = () => requests.filter(({ method }) => method === 'POST').map(({ sql }) => sql);

describe('execution', () => {
  it('runs one statement after the other', async () => {
    const execution = new Execution();
    const last = execution.run(statementsOf('SELECT 1; SELECT 2'), 10);
    expect(asked()).toEqual(['SELECT 1']);
    await requests[0]?.reply(rows(1));
    expect(asked()).toEqual(['SELECT 1', 'SELECT 2']);
    expect(execution.busy).toBe(true);
    await requests[1]?.reply(rows(2));
    expect((await last)?.kind).toBe('result');
    expect(execution.busy).toBe(false);
    expect(execution.outcomes).toHaveLength(2);
    expect(execution.result?.grid.value(0, 0)).toBe(2);
  });

  it('ends with the first that fails', async () => {
    const execution = new Execution();
    const last = execution.run(statementsOf('SELECT wrong; SELECT 2'), 10);
    await requests[0]?.reply(refusal());
    expect((await last)?.kind).toBe('problem');
    expect(asked()).toEqual(['SELECT wrong']);
    expect(execution.result).toBeUndefined();
  });

  it('forgets a failure and keeps the results before it', async () => {
    const execution = new Execution();
    const last = execution.run(statementsOf('SELECT 1; SELECT wrong'), 10);
    await requests[0]?.reply(rows(1));
    await requests[1]?.reply(refusal());
    expect((await last)?.kind).toBe('problem');
    execution.forgetFailures();
    expect(execution.outcomes.map(({ kind }) => kind)).toEqual(['result']);
    expect(execution.outcome?.kind).toBe('result');
  });

  it('stops here and on the server, and keeps what it had', async () => {
    const execution = new Execution();
    const last = execution.run(statementsOf('SELECT 1; SELECT 2; SELECT 3'), 10);
    await requests[0]?.reply(rows(1));
    execution.stop();
    expect((await last)?.kind).toBe('cancelled');
    expect(requests.at(-1)).toMatchObject({ method: 'DELETE' });
    expect(asked()).toEqual(['SELECT 1', 'SELECT 2']);
    expect(execution.outcomes.map(({ kind }) => kind)).toEqual(['result', 'cancelled']);
    expect(execution.busy).toBe(false);
  });

  it('gives way to what is run meanwhile', async () => {
    const execution = new Execution();
    const first = execution.run(statementsOf('SELECT 1'), 10);
    const second = execution.run(statementsOf('SELECT 2'), 10);
    expect(await first).toBeUndefined();
    await requests.find(({ sql }) => sql === 'SELECT 2')?.reply(rows(2));
    expect((await second)?.kind).toBe('result');
    expect(execution.outcomes).toHaveLength(1);
  });
});
