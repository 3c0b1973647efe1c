import { describe, expect, it } from 'vitest';
import type { Column, Value } from '../api/http';
import type { Grid } from '../api/rows';
import { bars, cells, type Chart, choose, histogram, interval, intervals, keysOf, MOST_BARS, MOST_SERIES, points, tick } from './chart';

function grid(columns: [string, string][], rows: Value[][]): Grid {
  const typed: Column[] = columns.map(([name, type]) => ({ name, type }));
  return { columns: typed, rowCount: rows.length, value: (row, column) => rows[row]?.[column] ?? null };
}

const many = (count: number, row: (index: number) => Value[]) => Array.from({ length: count }, (_, index) => row(index));
const kind = (chart: Chart | undefined) => chart?.kind;

describe('the first choice', () => {
  it('fits what the columns are', () => {
    const accuracy = grid(
      [['layer', 'SMALLINT'], ['expert', 'SMALLINT'], ['n', 'BIGINT'], ['accuracy', 'DOUBLE'], ['wilson_low', 'DOUBLE'], ['wilson_high', 'DOUBLE']],
      many(20, (index) => [index % 4, index, 30, 0.5, 0.4, 0.6]),
    );
    expect(choose(accuracy)).toEqual({ kind: 'intervals', x: -1, y: 3, series: -1 });
    const use = grid([['layer', 'SMALLINT'], ['expert', 'SMALLINT'], ['activations', 'BIGINT']], many(64, (index) => [index >> 4, index % 16, index]));
    expect(choose(use)).toEqual({ kind: 'heatmap', x: 1, y: 0, series: 2 });
    const entropy = grid([['scope', 'VARCHAR'], ['layer', 'SMALLINT'], ['entropy', 'DOUBLE']], many(8, (index) => [index < 4 ? 'a' : 'b', index % 4, index]));
    expect(choose(entropy)).toEqual({ kind: 'line', x: 1, y: 2, series: 0 });
    const counted = grid([['layer', 'SMALLINT'], ['n', 'BIGINT'], ['entropy', 'DOUBLE']], many(8, (index) => [index, 100, index]));
    expect(choose(counted)).toEqual({ kind: 'line', x: 0, y: 2, series: -1 });
    const subjects = grid([['subject', 'VARCHAR'], ['n', 'BIGINT']], many(13, (index) => [`s${index}`, index]));
    expect(choose(subjects)).toEqual({ kind: 'bars', x: 0, y: 1, series: -1 });
    const measures = grid([['entropy', 'DOUBLE'], ['margin', 'DOUBLE']], many(500, (index) => [index, index * 2]));
    expect(kind(choose(measures))).toBe('scatter');
    expect(kind(choose(grid([['entropy', 'DOUBLE']], many(500, (index) => [index]))))).toBe('histogram');
    expect(choose(grid([['name', 'VARCHAR']], many(5, (index) => [`n${index}`])))).toBeUndefined();
    expect(choose(grid([['n', 'BIGINT']], []))).toBeUndefined();
  });

  it('never is more marks than a picture can hold', () => {
    const long = grid([['token', 'VARCHAR'], ['n', 'BIGINT']], many(5000, (index) => [`t${index}`, index]));
    expect(kind(choose(long))).toBe('histogram');
    expect(bars(long, { kind: 'bars', x: 0, y: 1, series: -1 })).toMatchObject({ left: 5000 - MOST_BARS });
    const wide = grid([['x', 'DOUBLE'], ['y', 'DOUBLE'], ['s', 'VARCHAR']], many(100, (index) => [index, index, `s${index}`]));
    const made = points(wide, { kind: 'scatter', x: 0, y: 1, series: 2 });
    expect(made.series).toHaveLength(MOST_SERIES);
    expect(made.left).toBe(100 - MOST_SERIES);
  });
});

describe('marks', () => {
  it('of lines are in order and skip what is no number', () => {
    const data = grid([['layer', 'INTEGER'], ['y', 'DOUBLE']], [[3, 1], [1, 2], [2, null], [0, 'NaN']]);
    expect(points(data, { kind: 'line', x: 0, y: 1, series: -1 }).series[0]?.points.map(({ x }) => x)).toEqual([1, 3]);
  });

  it('of a histogram count every value once', () => {
    const data = grid([['v', 'DOUBLE']], [[0], [1], [10], [null], [10]]);
    const made = histogram(data, 0, 10);
    expect(made).toMatchObject({ from: 0, to: 10, nothing: 1 });
    expect(made.counts).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    expect(histogram(grid([['v', 'DOUBLE']], [[4], [4]]), 0)).toMatchObject({ from: 3.5, to: 4.5, counts: [2] });
  });

  it('of a heatmap are ordered by number, and absent where there is no row', () => {
    const data = grid([['layer', 'INTEGER'], ['expert', 'INTEGER'], ['n', 'INTEGER']], [[10, 0, 1], [2, 1, 5]]);
    const made = cells(data, { kind: 'heatmap', x: 1, y: 0, series: 2 });
    expect(made.rows).toEqual(['2', '10']);
    expect([...made.values]).toEqual([NaN, 5, 1, NaN]);
  });

  it('of intervals are named by their keys', () => {
    const data = grid(
      [['layer', 'INTEGER'], ['n', 'BIGINT'], ['accuracy', 'DOUBLE'], ['wilson_low', 'DOUBLE'], ['wilson_high', 'DOUBLE']],
      [[2, 40, 0.5, 0.4, 0.6]],
    );
    expect(intervals(data).bars).toEqual([{ label: 'layer 2', value: 0.5, low: 0.4, high: 0.6 }]);
    expect(interval(['a', 'b'])).toBeUndefined();
  });
});

describe('what stands beside marks', () => {
  it('goes into the next row where there is no room', () => {
    expect(keysOf(['aaaaa', 'bbbbb', 'ccccc'], 160)).toEqual([
      { name: 'aaaaa', x: 0, row: 0 },
      { name: 'bbbbb', x: 76, row: 0 },
      { name: 'ccccc', x: 0, row: 1 },
    ]);
    expect(keysOf(['wider than everything'], 20)).toEqual([{ name: 'wider than everything', x: 0, row: 0 }]);
  });

  it('groups the digits of large numbers', () => {
    expect([0.25, 1500, 400_000].map(tick)).toEqual(['0.25', '1500', '400,000']);
  });
});
