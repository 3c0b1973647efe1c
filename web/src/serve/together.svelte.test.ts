import { describe, expect, it } from 'vitest';
import type { Rows } from '../api/http';
import { answer } from '../api/testing';
import type { Answered } from '../picture/answer.svelte';
import { Together } from './together.svelte';

const rowsOf = (n: number): Rows => answer(['n'], [[n]]);
const done = (n: number): Answered => ({ rows: rowsOf(n), problem: undefined, busy: false, sql: `SELECT ${n}` });
const failed: Answered = { rows: undefined, problem: { title: 'Busy', status: 503, detail: 'Too many queries.' }, busy: false, sql: 'SELECT 9' };
const waiting: Answered = { rows: undefined, problem: undefined, busy: true, sql: '' };

describe('answers together', () => {
  it('have the rows of those that are there', () => {
    const together = new Together([done(1), waiting, done(3)]);
    expect(together.rows?.rows).toEqual([[1], [3]]);
    expect(together.rows?.rowCount).toBe(2);
    expect(together.busy).toBe(true);
    expect(together.sql).toBe('(\nSELECT 1\n)\nUNION ALL\n(\nSELECT 3\n)');
  });

  it('mix no old rows with new ones', () => {
    const old: Answered = { ...done(1), busy: true };
    expect(new Together([old, done(2)]).rows?.rows).toEqual([[2]]);
    expect(new Together([old, old]).rows?.rows).toEqual([[1], [1]]);
  });

  it('have a problem only where there is nothing else', () => {
    expect(new Together([failed, done(2)]).problem).toBeUndefined();
    expect(new Together([failed, waiting]).problem?.detail).toBe('Too many queries.');
    expect(new Together([waiting]).rows).toBeUndefined();
    expect(new Together([waiting]).sql).toBe('');
  });
});
