import { format, formatCount, isNumeric } from '../api/format';
import type { Grid } from '../api/rows';
import { NEVER } from '../picture/matrix';

export const KINDS = ['bars', 'line', 'scatter', 'heatmap', 'histogram', 'intervals'] as const;
export type Kind = (typeof KINDS)[number];

export const KIND_NAMES: Record<Kind, string> = {
  bars: 'Bars',
  line: 'Lines',
  scatter: 'Points',
  heatmap: 'Heatmap',
  histogram: 'Histogram',
  intervals: 'Intervals',
};

/** Columns by number; -1 for none. */
export interface Chart {
  kind: Kind;
  x: number;
  y: number;
  /** Column that splits the marks into series: of lines, points and bars. */
  series: number;
}

/** More bars or series than these are unreadable. */
export const MOST_BARS = 60;
export const MOST_SERIES = 8;
export const MOST_POINTS = 20_000;
const MOST_CELLS = 40_000;
const SAMPLED = 2000;

/**
 * A sensible first choice: an interval plot where there is an interval, a heatmap of two whole-number keys, lines over a
 * rising key, bars of a category, points of two measures, a histogram of one. Undefined where nothing is a number.
 */
export function choose(grid: Grid): Chart | undefined {
  const columns = grid.columns.map((column, index) => ({ ...facts(grid, index), name: column.name.toLowerCase(), index }));
  const measures = columns.filter((column) => column.numeric);
  // The number of tokens or questions is rarely of interest if there is another measure.
  const others = measures.filter((column) => !column.key && column.name !== 'n');
  const measured = others.length > 0 ? others : measures.filter((column) => !column.key);
  const keys = columns.filter((column) => column.key && column.numeric);
  const categories = columns.filter((column) => !column.numeric && column.distinct <= MOST_BARS && !column.list);
  const none = { x: -1, y: -1, series: -1 };
  if (grid.rowCount === 0 || measures.length === 0) {
    return undefined;
  }
  const first = measured[0] ?? measures.at(-1);
  const ends = interval(columns.map((column) => column.name));
  if (ends !== undefined && grid.rowCount <= 2 * MOST_BARS) {
    return { kind: 'intervals', x: -1, y: ends.middle, series: -1 };
  }
  const [one, two] = keys;
  if (one !== undefined && two !== undefined && first !== undefined && grid.rowCount > 20 && one.distinct * two.distinct <= MOST_CELLS) {
    return { kind: 'heatmap', x: two.index, y: one.index, series: first.index };
  }
  if (one !== undefined && measured.length > 0 && first !== undefined && grid.rowCount > 1) {
    const split = categories.find((column) => column.distinct > 1 && column.distinct <= MOST_SERIES);
    return { kind: one.distinct > 2 ? 'line' : 'bars', x: one.index, y: first.index, series: split?.index ?? -1 };
  }
  const category = categories.find((column) => column.distinct > 1) ?? categories[0];
  if (category !== undefined && first !== undefined && grid.rowCount <= MOST_BARS * MOST_SERIES) {
    return { ...none, kind: 'bars', x: category.index, y: first.index };
  }
  if (measured.length > 1) {
    return { ...none, kind: 'scatter', x: measured[0]!.index, y: measured[1]!.index };
  }
  if (first !== undefined && grid.rowCount > 20) {
    return { ...none, kind: 'histogram', x: first.index };
  }
  return first === undefined ? undefined : { ...none, kind: 'bars', x: (category ?? columns[0])?.index ?? -1, y: first.index };
}

interface Facts {
  numeric: boolean;
  list: boolean;
  /** Whole numbers, each row or group of rows with its own: layer, expert, position, ids. */
  key: boolean;
  distinct: number;
}

const KEY_NAME = /^(layer|expert|other|rank|position|ordinal|.*_id|id|bucket|step|from_.*|to_.*|other_.*|next_.*)$/i;

function facts(grid: Grid, index: number): Facts {
  const column = grid.columns[index];
  const list = column?.type.endsWith('[]') ?? false;
  const numeric = !list && isNumeric(column?.type ?? '');
  const seen = new Set<unknown>();
  for (let row = 0; row < Math.min(grid.rowCount, SAMPLED); row++) {
    const value = grid.value(row, index);
    seen.add(value);
  }
  return { numeric, list, key: numeric && KEY_NAME.test(column?.name ?? ''), distinct: seen.size };
}

/** Columns that are the ends of an interval, with the one between. */
export function interval(names: string[]): { low: number; middle: number; high: number } | undefined {
  const low = names.findIndex((name) => /(^|_)low(er)?$/i.test(name));
  const high = names.findIndex((name) => /(^|_)(high|upper)$/i.test(name));
  if (low < 0 || high < 0) {
    return undefined;
  }
  const middle = names.findIndex((name) => /accuracy|lift|mean|estimate|share|median/i.test(name) && !/low|high|upper/i.test(name));
  return middle < 0 ? undefined : { low, middle, high };
}

/** The label of a value on an axis. */
export function tick(value: number): string {
  return Math.abs(value) >= 10_000 ? formatCount(value) : format(value);
}

const KEY_LETTER = 7.2;
const KEY_GAP = 40;

/** Places of the names of series, in as many rows as the width asks for. */
export function keysOf(names: string[], width: number): { name: string; x: number; row: number }[] {
  let [x, row] = [0, 0];
  return names.map((name) => {
    const long = name.length * KEY_LETTER + KEY_GAP;
    if (x > 0 && x + long > width) {
      [x, row] = [0, row + 1];
    }
    const place = { name, x, row };
    x += long;
    return place;
  });
}

export interface Point {
  x: number;
  y: number;
  series: string;
}

export interface Bar {
  label: string;
  value: number;
  low?: number;
  high?: number;
}

export function number(grid: Grid, row: number, column: number): number {
  const value = column < 0 ? null : grid.value(row, column);
  return value === null || value === '' || typeof value === 'boolean' ? NaN : Number(value);
}

export function label(grid: Grid, row: number, column: number): string {
  const value = column < 0 ? row + 1 : grid.value(row, column);
  return value === null ? 'NULL' : Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

/** The first rows as bars, with how many were left out. */
export function bars(grid: Grid, chart: Chart): { bars: Bar[]; left: number } {
  const rows = Math.min(grid.rowCount, MOST_BARS);
  const made = Array.from({ length: rows }, (_, row) => ({ label: label(grid, row, chart.x), value: number(grid, row, chart.y) }));
  return { bars: made, left: grid.rowCount - rows };
}

/** Estimates with their intervals, named by all columns before them that are keys or texts. */
export function intervals(grid: Grid): { bars: Bar[]; left: number } {
  const ends = interval(grid.columns.map((column) => column.name));
  if (ends === undefined) {
    return { bars: [], left: 0 };
  }
  const names = grid.columns.flatMap((column, index) =>
    index < Math.min(ends.low, ends.middle, ends.high) && (!isNumeric(column.type) || KEY_NAME.test(column.name)) ? [index] : [],
  );
  const rows = Math.min(grid.rowCount, 2 * MOST_BARS);
  const made = Array.from({ length: rows }, (_, row) => ({
    label: names.map((index) => (isNumeric(grid.columns[index]?.type ?? '') ? `${grid.columns[index]?.name} ${label(grid, row, index)}` : label(grid, row, index))).join(', '),
    value: number(grid, row, ends.middle),
    low: number(grid, row, ends.low),
    high: number(grid, row, ends.high),
  }));
  return { bars: made, left: grid.rowCount - rows };
}

/** Points of all series, in order of x for lines; with how many series and points were left out. */
export function points(grid: Grid, chart: Chart): { series: { name: string; points: Point[] }[]; left: number } {
  const groups = new Map<string, Point[]>();
  let left = 0;
  for (let row = 0; row < grid.rowCount; row++) {
    const point = { x: number(grid, row, chart.x), y: number(grid, row, chart.y), series: chart.series < 0 ? '' : label(grid, row, chart.series) };
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) {
      continue;
    }
    const group = groups.get(point.series);
    if (row >= MOST_POINTS || (group === undefined && groups.size >= MOST_SERIES)) {
      left++;
    } else if (group === undefined) {
      groups.set(point.series, [point]);
    } else {
      group.push(point);
    }
  }
  const series = [...groups].map(([name, all]) => ({
    name,
    points: chart.kind === 'line' ? all.sort((a, b) => a.x - b.x) : all,
  }));
  return { series, left };
}

/** Counts in bins of equal width between round ends. */
export function histogram(grid: Grid, column: number, bins = 30): { from: number; to: number; counts: number[]; nothing: number } {
  const values: number[] = [];
  for (let row = 0; row < grid.rowCount; row++) {
    const value = number(grid, row, column);
    if (Number.isFinite(value)) {
      values.push(value);
    }
  }
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    from = Math.min(from, value);
    to = Math.max(to, value);
  }
  if (!(to > from)) {
    return { from: from - 0.5, to: to + 0.5, counts: values.length === 0 ? [] : [values.length], nothing: grid.rowCount - values.length };
  }
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor(((value - from) / (to - from)) * bins));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { from, to, counts, nothing: grid.rowCount - values.length };
}

/** Cells of a heatmap: rows by `y`, columns by `x`, coloured by `series`. */
export function cells(grid: Grid, chart: Chart): { rows: string[]; columns: string[]; values: Float64Array } {
  const order = (column: number) => {
    const seen = new Set<string>();
    for (let row = 0; row < grid.rowCount; row++) {
      seen.add(label(grid, row, column));
    }
    const numeric = isNumeric(grid.columns[column]?.type ?? '');
    return [...seen].sort((a, b) => (numeric ? Number(a) - Number(b) : 0));
  };
  const [rows, columns] = [order(chart.y), order(chart.x)];
  const rowOf = new Map(rows.map((name, index) => [name, index]));
  const columnOf = new Map(columns.map((name, index) => [name, index]));
  const values = new Float64Array(rows.length * columns.length).fill(NaN);
  for (let row = 0; row < grid.rowCount; row++) {
    const at = (rowOf.get(label(grid, row, chart.y)) as number) * columns.length + (columnOf.get(label(grid, row, chart.x)) as number);
    const value = number(grid, row, chart.series);
    values[at] = value === -Infinity ? NEVER : value;
  }
  return { rows, columns, values };
}
