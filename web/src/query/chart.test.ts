import { describe, expect, it } from 'vitest';
import type { Column, Value } from '../api/http';
import type { Grid } from '../api/rows';
import { bars, cells, type Chart, choices, choose, combinedText, hasNumbers, histogram, intervals, intervalsOf, keysOf, MOST_BARS, MOST_SERIES, points, span, tick, withKind } from './chart';

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
    const decisions = grid([['layer', 'SMALLINT'], ['decisions', 'BIGINT'], ['entropy', 'DOUBLE']], many(8, (index) => [index, 100, index]));
    expect(choose(decisions)).toEqual({ kind: 'line', x: 0, y: 2, series: -1 });
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

  it('of a heatmap with values of both signs are coloured by their distance from 0', () => {
    expect(span([-0.2, NaN, 0.05])).toEqual({ from: -0.2, to: 0.2, signed: true, constant: false });
    expect(span([0, 0.5, NaN])).toEqual({ from: 0, to: 0.5, signed: false, constant: false });
    expect(span([-3, -1])).toEqual({ from: -3, to: -1, signed: false, constant: false });
    expect(span([2])).toEqual({ from: 2, to: 3, signed: false, constant: true });
  });

  it('of intervals are named by their keys', () => {
    const data = grid(
      [['layer', 'INTEGER'], ['n', 'BIGINT'], ['accuracy', 'DOUBLE'], ['wilson_low', 'DOUBLE'], ['wilson_high', 'DOUBLE']],
      [[2, 40, 0.5, 0.4, 0.6]],
    );
    expect(intervals(data, 2).bars).toEqual([{ label: 'layer 2', value: 0.5, low: 0.4, high: 0.6 }]);
    expect(intervals(data, 1).bars).toEqual([]);
  });

  it('belong to the estimate directly before their ends', () => {
    const names = ['layer', 'share', 'other_share', 'difference', 'low', 'high', 'lift', 'lift_lower', 'lift_upper', 'q_value'];
    const columns = names.map((name) => ({ name, type: name === 'layer' ? 'SMALLINT' : 'DOUBLE' }));
    expect(intervalsOf(columns)).toEqual([
      { middle: 3, low: 4, high: 5 },
      { middle: 6, low: 7, high: 8 },
    ]);
    const contrast = grid(columns.map(({ name, type }) => [name, type]), [[0, 0.4, 0.1, 0.3, 0.2, 0.35, 2, 1, 3, 0.01]]);
    expect(choose(contrast)).toEqual({ kind: 'intervals', x: -1, y: 3, series: -1 });
    expect(withKind(contrast, { kind: 'bars', x: 0, y: 6, series: -1 }, 'intervals').y).toBe(6);
    expect(withKind(contrast, { kind: 'bars', x: 0, y: 1, series: -1 }, 'intervals').y).toBe(3);
    expect(intervalsOf([{ name: 'layer', type: 'SMALLINT' }, { name: 'low', type: 'DOUBLE' }, { name: 'high', type: 'DOUBLE' }])).toEqual([]);
    expect(intervalsOf([{ name: 'a', type: 'DOUBLE' }, { name: 'b', type: 'DOUBLE' }])).toEqual([]);
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

describe('several rows of one mark', () => {
  /** Two subjects in each cell of two layers and three experts. */
  const shares = grid(
    [['layer', 'SMALLINT'], ['expert', 'SMALLINT'], ['subject', 'VARCHAR'], ['share', 'DOUBLE']],
    many(12, (index) => [index >> 2 & 1, index % 2 + (index >= 8 ? 1 : 0), index % 4 < 2 ? 'a' : 'b', index]),
  );
  const heat: Chart = { kind: 'heatmap', x: 1, y: 0, series: 3 };
  /** Layers 0 to 2, experts 0 to 9, with 2 subjects each. */
  const large = grid(
    [['layer', 'SMALLINT'], ['expert', 'SMALLINT'], ['subject', 'VARCHAR'], ['share', 'DOUBLE']],
    many(60, (index) => [index % 3, Math.floor(index / 3) % 10, index < 30 ? 'a' : 'b', index]),
  );

  it('are drawn as one value of all, and said, in a heatmap', () => {
    const made = cells(large, heat);
    expect(made.values[0]).toBe(15);
    expect([...new Set(made.counts)]).toEqual([2]);
    expect(combinedText(large, heat, made.combined)).toBe('2 rows per cell: the chart shows their mean. The rows of a cell differ in subject.');
    expect(cells(large, { ...heat, combine: 'sum' }).values[0]).toBe(30);
    expect(cells(large, { ...heat, combine: 'least' }).values[0]).toBe(0);
    expect(cells(large, { ...heat, combine: 'most' }).values[0]).toBe(30);
    expect(cells(shares, heat).combined.most).toBeGreaterThan(1);
  });

  it('are drawn as one value of all, and said, by lines and bars', () => {
    const line: Chart = { kind: 'line', x: 0, y: 3, series: -1, combine: 'median' };
    const { series, combined } = points(large, line);
    expect(series[0]?.points.map(({ x, y }) => [x, y])).toEqual([[0, 28.5], [1, 29.5], [2, 30.5]]);
    expect(combinedText(large, line, combined)).toBe('20 rows per point: the chart shows their median. The rows of a point differ in expert, subject.');
    const bar: Chart = { kind: 'bars', x: 2, y: 3, series: -1 };
    const made = bars(large, bar);
    expect(made.bars).toEqual([{ label: 'a', value: 14.5 }, { label: 'b', value: 44.5 }]);
    expect(combinedText(large, bar, made.combined)).toContain('30 rows per bar: the chart shows their mean.');
    expect(bars(large, { ...bar, sorted: true }).bars.map((each) => each.label)).toEqual(['b', 'a']);
    expect(bars(large, { ...bar, series: 0 }).bars.map((each) => each.label)).toEqual(['a, 0', 'a, 1', 'a, 2', 'b, 0', 'b, 1', 'b, 2']);
  });

  it('are cut down to one by a value of the further key', () => {
    const { combined } = cells(large, heat);
    expect(choices(large, combined.differ)).toEqual([{ column: 2, name: 'subject', values: ['a', 'b'] }]);
    const only = cells(large, { ...heat, only: { column: 2, value: 'b' } });
    expect(only.values[0]).toBe(30);
    expect(combinedText(large, heat, only.combined)).toBe('');
  });

  it('are a mark each as points and intervals', () => {
    expect(points(large, { kind: 'scatter', x: 0, y: 3, series: -1 }).series[0]?.points).toHaveLength(60);
    const estimates = grid(
      [['layer', 'SMALLINT'], ['accuracy', 'DOUBLE'], ['wilson_low', 'DOUBLE'], ['wilson_high', 'DOUBLE'], ['subject', 'VARCHAR']],
      [[1, 0.5, 0.4, 0.6, 'a'], [1, 0.6, 0.5, 0.7, 'b'], [2, 0.6, 0.5, 0.7, 'b']],
    );
    expect(intervals(estimates, 1).bars.map((each) => each.label)).toEqual(['layer 1, a', 'layer 1, b', 'layer 2, b']);
  });

  it('of which some have no number are combined of the others', () => {
    const data = grid([['layer', 'INTEGER'], ['expert', 'INTEGER'], ['v', 'DOUBLE']], [[0, 0, null], [0, 0, 4], [0, 1, null]]);
    expect([...cells(data, { kind: 'heatmap', x: 1, y: 0, series: 2 }).values]).toEqual([4, NaN]);
  });
});

describe('another kind of chart', () => {
  const shares = grid(
    [['layer', 'SMALLINT'], ['expert', 'SMALLINT'], ['subject', 'VARCHAR'], ['share', 'DOUBLE']],
    many(60, (index) => [index % 3, Math.floor(index / 3) % 10, index < 30 ? 'a' : 'b', index]),
  );

  it('keeps the measure, and takes the keys that suit it', () => {
    const heat = choose(shares) as Chart;
    expect(heat).toEqual({ kind: 'heatmap', x: 1, y: 0, series: 3 });
    const line = withKind(shares, heat, 'line');
    expect(line).toEqual({ kind: 'line', x: 0, y: 3, series: 2 });
    expect(withKind(shares, line, 'heatmap')).toEqual(heat);
    expect(withKind(shares, heat, 'bars')).toEqual({ kind: 'bars', x: 2, y: 3, series: -1 });
    expect(withKind(shares, heat, 'histogram')).toEqual({ kind: 'histogram', x: 3, y: -1, series: -1 });
    expect(withKind(shares, withKind(shares, heat, 'histogram'), 'line')).toEqual(line);
  });

  it('draws no line over numbers that have no order', () => {
    const questions = grid([['question_id', 'INTEGER'], ['entropy', 'DOUBLE']], many(500, (index) => [index, index]));
    expect(kind(choose(questions))).toBe('scatter');
    const experts = grid([['expert', 'INTEGER'], ['share', 'DOUBLE']], many(16, (index) => [index, index]));
    expect(kind(choose(experts))).toBe('bars');
  });

  it('leaves out what a logarithmic axis cannot show', () => {
    const data = grid([['layer', 'INTEGER'], ['n', 'BIGINT']], [[0, 0], [1, 10], [2, 100]]);
    expect(points(data, { kind: 'line', x: 0, y: 1, series: -1, log: true }).series[0]?.points.map(({ y }) => y)).toEqual([10, 100]);
  });

  it('is no picture of a column without numbers', () => {
    const data = grid([['layer', 'INTEGER'], ['expert', 'INTEGER'], ['entropy', 'DOUBLE'], ['n', 'BIGINT']], [[0, 0, null, 0], [1, 1, null, 3], [2, 2, 'NaN', 0]]);
    const line: Chart = { kind: 'line', x: 0, y: 2, series: -1 };
    const heat: Chart = { kind: 'heatmap', x: 1, y: 0, series: 2 };
    expect([line, heat, withKind(data, line, 'bars'), withKind(data, line, 'histogram')].map((chart) => hasNumbers(data, chart))).toEqual([false, false, false, false]);
    expect(hasNumbers(data, { ...line, y: 3 })).toBe(true);
    expect(hasNumbers(data, { ...line, y: 3, log: true })).toBe(true);
    expect(hasNumbers(data, { ...line, y: 3, log: true, only: { column: 0, value: '0' } })).toBe(false);
    expect(hasNumbers(data, { ...heat, series: 3 })).toBe(true);
  });
});
