import { describe, expect, it } from 'vitest';
import { aboutQuery, type CurrentQuery, latest, type PastQuery, save } from './library';

function kept(queryId: string, sql: string, second: number, more: Partial<PastQuery> = {}): PastQuery {
  return { queryId, sql, startedAt: `2026-11-25T10:00:${String(second).padStart(2, '0')}Z`, elapsedMs: 12, state: 'finished', rows: 3, ...more };
}

function current(queryId: string, sql: string, second: number, more: Partial<CurrentQuery> = {}): CurrentQuery {
  return { queryId, sql, submittedAt: `2026-11-25T10:00:${String(second).padStart(2, '0')}.5Z`, elapsedMs: 12, state: 'finished', rows: 3, ...more };
}

describe('history', () => {
  it('has what the file does not have yet, and each text once, the latest first', () => {
    const found = latest([kept('a', 'SELECT 1', 30), kept('b', 'SELECT 2', 20), kept('c', 'SELECT 1', 10)], [current('d', 'SELECT 3', 40), current('a', 'SELECT 1', 29)]);
    expect(found.map(({ queryId }) => queryId)).toEqual(['d', 'a', 'b']);
    expect(found.map(({ sql }) => sql)).toEqual(['SELECT 3', 'SELECT 1', 'SELECT 2']);
  });

  it('leaves out what the pictures ask', () => {
    expect(latest([], [current('picture-1', 'SELECT 1', 1), current('jdbc-1', 'SELECT 2', 2)]).map(({ sql }) => sql)).toEqual(['SELECT 2']);
  });

  it('says why a query failed, wherever it says it', () => {
    const found = latest([kept('a', 'SELECT x', 1, { state: 'failed', error: 'SQL_VALIDATION: no x' })], [
      current('b', 'SELECT y', 2, { state: 'failed', error: { code: 'SQL_VALIDATION', detail: 'no y' } }),
    ]);
    expect(found.map(({ error }) => error)).toEqual(['SQL_VALIDATION: no y', 'SQL_VALIDATION: no x']);
  });
});

it('saves under no name that an address cannot have', async () => {
  for (const name of ['a/b', 'a\\b', '50 %', '..']) {
    await expect(save(name, 'SELECT 1')).rejects.toThrow('A name must not contain /');
  }
});

describe('about a query', () => {
  const now = new Date(2026, 10, 25, 18, 0);
  const at = (time: Date, more: Partial<PastQuery> = {}) => aboutQuery(kept('a', 'SELECT 1', 0, { startedAt: time.toISOString(), ...more }), now);

  it('are its time, rows and duration', () => {
    expect(at(new Date(2026, 10, 25, 9, 5))).toBe('09:05, 3 rows, 12 ms');
  });

  it('is the state where it did not finish', () => {
    expect(at(new Date(2026, 10, 25, 9, 5), { state: 'cancelled' })).toBe('09:05, cancelled, 12 ms');
  });
});
