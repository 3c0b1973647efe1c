import { describe, expect, it } from 'vitest';
import type { Grid } from '../api/rows';
import { bars, cells, type Chart, points } from './chart';
import { pictureComment, restrictionsOf, type Stated, statedChart } from './pictureComment';

const NAMES: [string, string][] = [['layer', 'SMALLINT'], ['from_position', 'INTEGER'], ['scope', 'VARCHAR'], ['entropy', 'DOUBLE'], ['low', 'DOUBLE'], ['high', 'DOUBLE'], ['chance', 'DOUBLE']];
const ROWS = [
  [10, 0, 'prompt', 2, 1, 3, 0.5],
  [10, 20, 'prompt', 4, 3, 5, 0.5],
  [2, 0, 'generated', 6, 5, 7, null],
];
const grid: Grid = { columns: NAMES.map(([name, type]) => ({ name, type })), rowCount: ROWS.length, value: (row, column) => ROWS[row]?.[column] ?? null };
const chartOf = (comment: string) => (statedChart(`${comment}\nSELECT 1`, grid) as { chart: Chart }).chart;
const problemOf = (comment: string) => (statedChart(`${comment}\nSELECT 1`, grid) as Extract<Stated, { problem: string }>).problem;

describe('the chart that a comment asks for', () => {
  it('has its columns by their names', () => {
    expect(chartOf('-- Picture: lines x=from_position y=entropy by=layer chance=chance scale=log')).toEqual({
      kind: 'line', x: 1, y: 3, series: 0, reference: 6, log: true,
    });
    expect(chartOf('--picture: heat x=from_position y=LAYER value=entropy only=scope:prompt show=maximum')).toEqual({
      kind: 'heatmap', x: 1, y: 0, series: 3, only: { column: 2, value: 'prompt' }, combine: 'most',
    });
    expect(chartOf('-- Picture: bars label=scope x="entropy" by=layer order=value')).toEqual({ kind: 'bars', x: 2, y: 3, series: 0, sorted: true });
    expect(chartOf('-- Picture: histogram x=entropy')).toEqual({ kind: 'histogram', x: 3, y: -1, series: -1 });
    expect(chartOf('-- Picture: intervals x=entropy')).toEqual({ kind: 'intervals', x: -1, y: 3, series: -1 });
  });

  it('shows the first value where only a column is named', () => {
    expect(chartOf('-- Picture: lines x=from_position y=entropy only=layer').only).toEqual({ column: 0, value: '2' });
  });

  it('is written as it is read', () => {
    for (const comment of [
      '-- Picture: lines x=from_position y=entropy by=layer chance=chance only="scope:high school" show=sum scale=log',
      '-- Picture: scatter x=entropy y=low by=layer',
      '-- Picture: bars label=scope x=entropy by=layer order=value',
      '-- Picture: heat x=from_position y=layer value=entropy',
      '-- Picture: histogram x=entropy',
      '-- Picture: intervals x=entropy',
    ]) {
      expect(pictureComment(grid, chartOf(comment))).toBe(comment);
    }
  });

  it('says what is wrong with it', () => {
    expect(problemOf('-- Picture: pie x=entropy')).toBe('There is no picture “pie”. Pictures are lines, scatter, heat, bars, intervals, histogram.');
    expect(problemOf('-- Picture: bars label=subject x=entropy')).toBe('The result has no column “subject”.');
    expect(problemOf('-- Picture: histogram x=entropy order=value')).toBe('“order=value” says nothing of histogram.');
    expect(problemOf('-- Picture: bars x=entropy')).toBe('It does not say which column is label.');
    expect(problemOf('-- Picture: bars of scope')).toBe('“of scope” is not of the form name=value.');
  });

  it('is no line of a string, and none where there is no comment', () => {
    expect(statedChart("SELECT '\n-- Picture: bars\n'", grid)).toBeUndefined();
    expect(statedChart('SELECT 1', grid)).toBeUndefined();
    expect(statedChart('SELECT 1 -- a picture: bars', grid)).toBeUndefined();
  });
});

describe('what stands beside the marks', () => {
  it('is the interval of a line, and the reference', () => {
    const { series } = points(grid, chartOf('-- Picture: lines x=from_position y=entropy by=layer chance=chance'));
    expect(series.map(({ points: own }) => own.map(({ low, high, reference }) => [low, high, reference]))).toEqual([
      [[1, 3, 0.5], [3, 5, 0.5]],
      [[5, 7, undefined]],
    ]);
    expect(bars(grid, chartOf('-- Picture: bars label=scope x=entropy chance=chance')).bars).toEqual([
      { label: 'prompt', value: 3, reference: 0.5 },
      { label: 'generated', value: 6 },
    ]);
  });

  it('is no interval where a point is several rows', () => {
    expect(points(grid, chartOf('-- Picture: lines x=from_position y=entropy')).series[0]?.points[0]?.low).toBeUndefined();
  });
});

it('pairs that are there once are drawn on both sides of the diagonal', () => {
  const pairs: [string, string, number][] = [['a', 'b', 1], ['a', 'c', 2], ['b', 'c', 3]];
  const columns = [{ name: 'subject', type: 'VARCHAR' }, { name: 'other_subject', type: 'VARCHAR' }, { name: 'divergence', type: 'DOUBLE' }];
  const chart: Chart = { kind: 'heatmap', x: 1, y: 0, series: 2 };
  const once = cells({ columns, rowCount: 3, value: (row, column) => pairs[row]?.[column] ?? null }, chart);
  expect(once.rows).toEqual(['a', 'b', 'c']);
  expect(once.columns).toEqual(['a', 'b', 'c']);
  expect([...once.values]).toEqual([NaN, 1, 2, 1, NaN, 3, 2, 3, NaN]);
  const twice = [...pairs, ['b', 'a', 7] as const];
  expect([...cells({ columns, rowCount: 4, value: (row, column) => twice[row]?.[column] ?? null }, chart).values]).toEqual([NaN, 1, 2, 7, NaN, 3, NaN, NaN, NaN]);
});

it('restrictions are quoted from the statement', () => {
  expect(restrictionsOf("SELECT * FROM contrast(1, 'prompt', 'right',\n 'prompt', 'wrong') WHERE layer = 3 -- run_id = 7")).toEqual(["contrast(1, 'prompt', 'right', 'prompt', 'wrong')"]);
  expect(restrictionsOf("SELECT 1 FROM t WHERE t.run_id = 2 AND scope='prompt' AND run_id = 2")).toEqual(['run_id = 2', "scope='prompt'"]);
});
