import { describe, expect, it } from 'vitest';
import type { Rows, Value } from '../api/http';
import { answer } from '../api/testing';
import { differenceOf, type ResultDifference, rowsOf } from './resultDifference';

/** Columns as "name TYPE". */
function result(columns: string[], rows: Value[][]): Rows {
  const typed = columns.map((column) => ({ name: column.split(' ')[0] as string, type: column.split(' ')[1] as string }));
  return { ...answer([], rows), columns: typed };
}

function compared(mine: Rows, other: Rows): ResultDifference {
  const difference = differenceOf(mine, other);
  expect(difference).toBeTypeOf('object');
  return difference as ResultDifference;
}

describe('difference of two results', () => {
  const LAYERS = ['run_id INTEGER', 'layer INTEGER', 'expert INTEGER', 'share DOUBLE'];

  it('matches rows by the first columns that identify them', () => {
    const difference = compared(
      result(LAYERS, [[1, 0, 0, 0.5], [1, 0, 1, 0.25], [1, 1, 0, 1]]),
      result(LAYERS, [[2, 0, 1, 0.5], [2, 0, 0, 0.125], [2, 2, 0, 1]]),
    );
    expect(difference.keys.map(({ name }) => name)).toEqual(['layer', 'expert']);
    expect(difference.measures).toEqual([{ name: 'share', interval: false }]);
    expect(difference.rows.map(({ key, compared: [share] }) => [...key, share?.mine, share?.other, share?.difference])).toEqual([
      [0, 0, 0.5, 0.125, 0.375],
      [0, 1, 0.25, 0.5, -0.25],
    ]);
    expect([difference.onlyMine, difference.onlyOther]).toEqual([1, 1]);
  });

  it('compares single rows without a key', () => {
    const difference = compared(result(['n BIGINT'], [[5]]), result(['n BIGINT'], [[7]]));
    expect(difference.rows.map(({ compared: [n] }) => n?.difference)).toEqual([-2]);
  });

  it('has a key that identifies the rows of both results', () => {
    const columns = ['subject VARCHAR', 'answer VARCHAR', 'n BIGINT'];
    const difference = compared(result(columns, [['law', 'A', 1]]), result(columns, [['law', 'A', 2], ['law', 'B', 3]]));
    expect(difference.keys.map(({ name }) => name)).toEqual(['subject', 'answer']);
  });

  it('compares no numbers that are names', () => {
    const columns = ['layer INTEGER', 'share DOUBLE', 'top_expert INTEGER', 'token VARCHAR'];
    const difference = compared(result(columns, [[0, 1, 3, 'a']]), result(columns, [[0, 1, 9, 'b']]));
    expect(difference.measures.map(({ name }) => name)).toEqual(['share']);
  });

  it('subtracts nothing of rows that name different things', () => {
    const columns = ['layer INTEGER', 'expert INTEGER', 'next_expert INTEGER', 'share DOUBLE'];
    const difference = compared(result(columns, [[0, 1, 7, 0.9]]), result(columns, [[0, 1, 5, 0.5]]));
    expect(difference.keys.map(({ name }) => name)).toEqual(['layer', 'expert', 'next_expert']);
    expect([difference.rows.length, difference.onlyMine, difference.onlyOther]).toEqual([0, 1, 1]);
  });

  it('subtracts decimals, which come as texts', () => {
    const columns = ['layer INTEGER', 'share DECIMAL(6,3)'];
    const difference = compared(result(columns, [[0, '0.500']]), result(columns, [[0, '0.250']]));
    expect(difference.rows[0]?.compared[0]?.difference).toBe(0.25);
  });

  it('takes an interval as that of the measure that lies in it', () => {
    const columns = ['subject VARCHAR', 'accuracy DOUBLE', 'n BIGINT', 'wilson_low DOUBLE', 'wilson_high DOUBLE'];
    const difference = compared(result(columns, [['law', 0.5, 20, 0.3, 0.7]]), result(columns, [['law', 0.25, 20, 0.1, 0.4]]));
    expect(difference.measures).toEqual([
      { name: 'accuracy', interval: true },
      { name: 'n', interval: false },
    ]);
  });

  it('says why rows cannot be matched', () => {
    const twice = result(['layer INTEGER', 'share DOUBLE'], [[0, 1], [0, 2]]);
    expect(differenceOf(twice, twice)).toBe('Rows cannot be matched: several rows have the same layer. Put the columns that identify a row first.');
    const measures = result(['share DOUBLE'], [[1], [2]]);
    expect(differenceOf(measures, measures)).toContain('begins with a measure');
    const alike = result(['layer INTEGER', 'token VARCHAR'], [[0, 'a'], [0, 'a']]);
    expect(differenceOf(alike, alike)).toContain('layer, token');
  });

  it('says that there is nothing to subtract', () => {
    const names = result(['layer INTEGER', 'kind VARCHAR'], [[0, 'moe'], [1, 'dense']]);
    expect(differenceOf(names, names)).toBe('The result has no column of numbers after layer, kind, so there is nothing to subtract.');
    expect(differenceOf(result(['run_id INTEGER'], [[1]]), result(['run_id INTEGER'], [[2]]))).toBe('The result has no column to compare.');
  });

  // Newcombe 1998 (Statistics in Medicine 17, 873-890), table II, example (a), method 10: 56/70 - 48/80 is in 0.0524 to 0.3339.
  it('has the interval of Newcombe for the difference of two proportions', () => {
    const columns = ['subject VARCHAR', 'n BIGINT', 'accuracy DOUBLE', 'wilson_low DOUBLE', 'wilson_high DOUBLE', 'lift DOUBLE'];
    const row = (correct: number, n: number): Value[] => ['law', n, correct / n, ...wilson(correct, n), 1];
    const difference = compared(result(columns, [row(56, 70)]), result(columns, [row(48, 80)]));
    expect(difference.measures).toEqual([
      { name: 'n', interval: false },
      { name: 'accuracy', interval: true },
      { name: 'lift', interval: false },
    ]);
    const accuracy = difference.rows[0]?.compared[1];
    expect(accuracy?.difference).toBeCloseTo(0.2, 12);
    expect(accuracy?.low).toBeCloseTo(0.0524, 4);
    expect(accuracy?.high).toBeCloseTo(0.3339, 4);
  });

  it('has no difference where a value is NULL', () => {
    const columns = ['layer INTEGER', 'share DOUBLE', 'low DOUBLE', 'high DOUBLE'];
    const mine = result(columns, [[0, null, null, null], [1, 0.5, 0.4, 0.6]]);
    const difference = compared(mine, result(columns, [[0, 0.5, 0.4, 0.6], [1, 0.5, null, null]]));
    expect(rowsOf(difference, mine).columns.map(({ name }) => name)).toEqual([
      'layer', 'share', 'other_share', 'share_difference', 'share_difference_low', 'share_difference_high',
    ]);
    expect(rowsOf(difference, mine).rows).toEqual([
      [0, null, 0.5, null, null, null],
      [1, 0.5, 0.5, 0, null, null],
    ]);
  });
});

/** Wilson's score interval at 95%. */
function wilson(correct: number, n: number): [number, number] {
  const z = 1.959963984540054;
  const p = correct / n;
  const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  return [centre - half, centre + half];
}
