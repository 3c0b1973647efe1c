import { format, formatCount, formatToken, isNumeric } from '../api/format';
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

/** What is drawn where several rows fall on one mark. */
export const COMBINES = { mean: 'mean', median: 'median', sum: 'sum', least: 'minimum', most: 'maximum' } as const;
export type Combine = keyof typeof COMBINES;

/** Columns by number; -1 for none. */
export interface Chart {
  kind: Kind;
  x: number;
  y: number;
  /** Column that splits the marks into series: of lines, points and bars. In a heatmap, the column of the colour. */
  series: number;
  /** What is drawn of several rows of one mark; their mean where it is not said. */
  combine?: Combine;
  /** Draws only the rows that have this value in this column. */
  only?: Only;
  /** A column drawn beside the values of bars and lines, such as what chance alone would give. */
  reference?: number;
  /** Whether bars are in the order of their values; else in the order of the rows. */
  sorted?: boolean;
  /** Whether the y axis of lines and points is logarithmic. */
  log?: boolean;
}

/** A value of a column, as `label` has it. */
export interface Only {
  column: number;
  value: string;
}

/** More bars or series than these are unreadable. */
export const MOST_BARS = 60;
export const MOST_SERIES = 8;
export const MOST_POINTS = 20_000;
const MOST_CELLS = 40_000;
const SAMPLED = 2000;
/** A list of more values is no help to choose one. */
const MOST_CHOICES = 200;

/**
 * A sensible first choice: an interval plot where there is an interval, a heatmap of two whole-number keys, lines over an
 * ordered key, bars of a category, points of two measures, a histogram of one. Undefined where nothing is a number.
 */
export function choose(grid: Grid): Chart | undefined {
  const { all, numeric, measured, keys, categories } = columnsOf(grid);
  const none = { x: -1, y: -1, series: -1 };
  if (grid.rowCount === 0 || numeric.length === 0) {
    return undefined;
  }
  const first = measured[0] ?? numeric.at(-1);
  const [ends] = intervalsOf(grid.columns);
  if (ends !== undefined && grid.rowCount <= 2 * MOST_BARS) {
    return { kind: 'intervals', x: -1, y: ends.middle, series: -1 };
  }
  const [one, two] = keys;
  if (one !== undefined && two !== undefined && first !== undefined && grid.rowCount > 20 && one.distinct * two.distinct <= MOST_CELLS) {
    return { kind: 'heatmap', x: two.index, y: one.index, series: first.index };
  }
  const ordered = longest(keys.filter((column) => column.ordered));
  if (ordered !== undefined && measured.length > 0 && first !== undefined && grid.rowCount > 1) {
    const kind = ordered.distinct > 2 ? 'line' : 'bars';
    return { kind, x: ordered.index, y: first.index, series: kind === 'line' ? splitting(grid, ordered.index) : -1 };
  }
  const category = categories.find((column) => column.distinct > 1) ?? keys.find((column) => column.distinct <= MOST_BARS) ?? categories[0];
  if (category !== undefined && first !== undefined && grid.rowCount <= MOST_BARS * MOST_SERIES) {
    return { ...none, kind: 'bars', x: category.index, y: first.index };
  }
  if (one !== undefined && measured.length > 0 && first !== undefined) {
    return { ...none, kind: 'scatter', x: one.index, y: first.index };
  }
  if (measured.length > 1) {
    return { ...none, kind: 'scatter', x: measured[0]!.index, y: measured[1]!.index };
  }
  if (first !== undefined && grid.rowCount > 20) {
    return { ...none, kind: 'histogram', x: first.index };
  }
  return first === undefined ? undefined : { ...none, kind: 'bars', x: (category ?? all[0])?.index ?? -1, y: first.index };
}

/** The same measure as a chart of another kind, over the keys that suit it. */
export function withKind(grid: Grid, current: Chart, kind: Kind): Chart {
  const { all, numeric, measured, keys, categories } = columnsOf(grid);
  const drawn = current.kind === 'heatmap' ? current.series : current.kind === 'histogram' ? current.x : current.y;
  const value = numeric.some((column) => column.index === drawn) ? drawn : (measured[0]?.index ?? numeric.at(-1)?.index ?? -1);
  const used = current.kind === 'heatmap' ? [current.y, current.x] : [current.x, current.series];
  const kept = { ...(current.combine === undefined ? {} : { combine: current.combine }), ...(current.only === undefined ? {} : { only: current.only }) };
  const none = { kind, x: -1, y: value, series: -1, ...kept };
  /** The first of these that is no measure; those that the chart had come first. */
  const pick = (columns: Facts[], except: number[] = []) => {
    const free = columns.filter((column) => column.index !== value && !except.includes(column.index));
    return (free.find((column) => used.includes(column.index)) ?? free[0])?.index;
  };
  switch (kind) {
    case 'heatmap': {
      const y = pick(keys) ?? pick(categories) ?? pick(all) ?? -1;
      const x = pick(keys, [y]) ?? pick(categories, [y]) ?? pick(all, [y]) ?? y;
      return { ...none, x, y, series: value };
    }
    case 'line': {
      const x = longest(keys.filter((column) => column.ordered && column.index !== value))?.index ?? pick(keys) ?? pick(numeric) ?? value;
      return { ...none, x, series: splitting(grid, x) };
    }
    case 'bars':
      return { ...none, x: pick(categories.filter((column) => column.distinct > 1)) ?? pick(keys) ?? pick(all) ?? value };
    case 'scatter':
      return { ...none, x: pick(measured) ?? pick(numeric) ?? value };
    case 'histogram':
      return { kind, x: value, y: -1, series: -1 };
    case 'intervals': {
      const estimates = intervalsOf(grid.columns).map(({ middle }) => middle);
      return { kind, x: -1, y: estimates.includes(value) ? value : (estimates[0] ?? value), series: -1 };
    }
  }
}

/** The column with the most values: positions rather than layers, for a line needs points. The first of equals. */
function longest(columns: Facts[]): Facts | undefined {
  return columns.reduce<Facts | undefined>((most, column) => (most === undefined || column.distinct > most.distinct ? column : most), undefined);
}

interface Facts {
  index: number;
  /** In small letters. */
  name: string;
  numeric: boolean;
  /** Whether it is of a type with fractions, as means and shares are, and counts are not. */
  fraction: boolean;
  list: boolean;
  /** Whole numbers, each row or group of rows with its own: layer, expert, position, ids. */
  key: boolean;
  /** A key whose order means something, such as layer; expert 3 is no nearer to 4 than to 40. */
  ordered: boolean;
  distinct: number;
}

interface Columns {
  all: Facts[];
  numeric: Facts[];
  /** Numbers that are no keys, fractions first: how many tokens or questions there are is rarely of interest beside another measure. */
  measured: Facts[];
  /** Numeric keys, those with more than one value first. */
  keys: Facts[];
  /** Texts of few values. */
  categories: Facts[];
}

const KEY_NAME = /^(layer|expert|other|rank|place|position|ordinal|.*_id|id|bucket|step|from_.*|to_.*|other_expert|other_run_id|next_.*)$/i;
const ORDERED_NAME = /^(layer|rank|place|position|from_position|ordinal|bucket|step)$/i;

function columnsOf(grid: Grid): Columns {
  const all = grid.columns.map((_, index) => facts(grid, index));
  const numeric = all.filter((column) => column.numeric);
  const measures = numeric.filter((column) => !column.key);
  const others = measures.filter((column) => column.name !== 'n');
  const keys = numeric.filter((column) => column.key);
  const varying = keys.filter((column) => column.distinct > 1);
  return {
    all,
    numeric,
    measured: others.length > 0 ? [...others.filter((column) => column.fraction), ...others.filter((column) => !column.fraction)] : measures,
    keys: varying.length > 0 ? varying : keys,
    categories: all.filter((column) => !column.numeric && !column.list && column.distinct <= MOST_BARS),
  };
}

function facts(grid: Grid, index: number): Facts {
  const column = grid.columns[index];
  const list = column?.type.endsWith('[]') ?? false;
  const numeric = !list && isNumeric(column?.type ?? '');
  const name = (column?.name ?? '').toLowerCase();
  const seen = new Set<unknown>();
  for (let row = 0; row < Math.min(grid.rowCount, SAMPLED); row++) {
    seen.add(grid.value(row, index));
  }
  return { index, name, numeric, fraction: numeric && /^(DOUBLE|FLOAT|DECIMAL)/.test(column?.type ?? ''), list, key: numeric && KEY_NAME.test(name), ordered: numeric && ORDERED_NAME.test(name), distinct: seen.size };
}

/** The column that splits the rows of one x into lines: few values, and more rows than one at an x. -1 if there is none. */
function splitting(grid: Grid, x: number): number {
  const { categories, keys } = columnsOf(grid);
  const seen = new Set<string>();
  for (let row = 0; row < Math.min(grid.rowCount, SAMPLED); row++) {
    seen.add(label(grid, row, x));
  }
  if (seen.size === Math.min(grid.rowCount, SAMPLED)) {
    return -1;
  }
  return [...categories, ...keys].find((column) => column.index !== x && column.distinct > 1 && column.distinct <= MOST_SERIES)?.index ?? -1;
}

/** How many rows the marks of a chart stand for. */
export interface Combined {
  /** Rows of the mark with fewest and with most of them; 1 and 1 where each row has a mark of its own. */
  fewest: number;
  most: number;
  /** Columns in which the rows of one mark differ, besides the measures. */
  differ: number[];
}

interface Mark {
  /** All of its rows, those without a number included; at least one. */
  rows: number[];
  value: number;
}

const SEPARATOR = '\u0000';

/** The marks of a chart that has one for each combination of the keys, in the order of their first rows. */
function marksOf(grid: Grid, chart: Chart, keys: number[], value: number): { marks: Mark[]; combined: Combined } {
  const further = columnsOf(grid).all.filter(
    (column) => (!column.numeric || column.key) && !keys.includes(column.index) && column.index !== value && column.index !== chart.reference,
  );
  const groups = new Map<string, number[]>();
  const differ = new Set<number>();
  for (let row = 0; row < grid.rowCount; row++) {
    if (!drawn(grid, chart, row)) {
      continue;
    }
    const key = keys.map((column) => label(grid, row, column)).join(SEPARATOR);
    const known = groups.get(key);
    if (known === undefined) {
      groups.set(key, [row]);
      continue;
    }
    known.push(row);
    for (const column of further) {
      if (!differ.has(column.index) && label(grid, row, column.index) !== label(grid, known[0] as number, column.index)) {
        differ.add(column.index);
      }
    }
  }
  const marks = [...groups.values()].map((rows) => ({ rows, value: valueOf(grid, chart, rows, value) }));
  return {
    marks,
    combined: {
      fewest: marks.reduce((least, { rows }) => Math.min(least, rows.length), marks.length === 0 ? 1 : Infinity),
      most: marks.reduce((most, { rows }) => Math.max(most, rows.length), 1),
      differ: [...differ].sort((a, b) => a - b),
    },
  };
}

/** What is drawn of the numbers that these rows have in a column; NaN where they have none. */
function valueOf(grid: Grid, chart: Chart, rows: number[], column: number): number {
  return combinedValue(rows.map((row) => number(grid, row, column)).filter((value) => !Number.isNaN(value)), chart.combine ?? 'mean');
}

/** The reference value of a mark; nothing where the chart has no reference or the rows have no number in it. */
function referenceOf(grid: Grid, chart: Chart, rows: number[]): { reference?: number } {
  const reference = chart.reference === undefined ? NaN : valueOf(grid, chart, rows, chart.reference);
  return Number.isFinite(reference) ? { reference } : {};
}

function drawn(grid: Grid, { only }: Chart, row: number): boolean {
  return only === undefined || label(grid, row, only.column) === only.value;
}

function combinedValue(values: number[], combine: Combine): number {
  if (values.length <= 1) {
    return values[0] ?? NaN;
  }
  const sum = () => values.reduce((total, value) => total + value, 0);
  switch (combine) {
    case 'sum':
      return sum();
    case 'mean':
      return sum() / values.length;
    case 'least':
      return values.reduce((a, b) => Math.min(a, b));
    case 'most':
      return values.reduce((a, b) => Math.max(a, b));
    case 'median': {
      const sorted = [...values].sort((a, b) => a - b);
      const middle = sorted.length >> 1;
      return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
    }
  }
}

const MARK_NAMES: Partial<Record<Kind, string>> = { heatmap: 'cell', line: 'point', bars: 'bar' };

/** What is drawn of several rows of one mark, in a sentence; empty where each row has a mark of its own. */
export function combinedText(grid: Grid, chart: Chart, { fewest, most, differ }: Combined): string {
  const mark = MARK_NAMES[chart.kind];
  if (most < 2 || mark === undefined) {
    return '';
  }
  const rows = fewest === most ? formatCount(most) : `${formatCount(fewest)} to ${formatCount(most)}`;
  const names = differ.map((column) => grid.columns[column]?.name ?? '');
  const cause = names.length === 0 ? '' : ` The rows of a ${mark} differ in ${names.join(', ')}.`;
  return `${rows} rows per ${mark}: the chart shows their ${COMBINES[chart.combine ?? 'mean']}.${cause}`;
}

/** The values by which a chart can be cut down to fewer rows per mark: of columns in which the rows of a mark differ. */
export function choices(grid: Grid, columns: number[]): { column: number; name: string; values: string[] }[] {
  return columns.flatMap((column) => {
    const values = valuesOf(grid, column);
    return values.length > MOST_CHOICES ? [] : [{ column, name: grid.columns[column]?.name ?? '', values }];
  });
}

/** The values of a column, once each: numbers in their order, texts as they come. */
function valuesOf(grid: Grid, column: number, keep: (row: number) => boolean = () => true): string[] {
  const seen = new Set<string>();
  for (let row = 0; row < grid.rowCount; row++) {
    if (keep(row)) {
      seen.add(label(grid, row, column));
    }
  }
  return isNumeric(grid.columns[column]?.type ?? '') ? [...seen].sort((a, b) => Number(a) - Number(b)) : [...seen];
}

/** An estimate and the ends of its interval, by the numbers of their columns. */
export interface Interval {
  middle: number;
  low: number;
  high: number;
}

/** Estimates that are directly followed by the ends of their interval, the lower one first. */
export function intervalsOf(columns: Grid['columns']): Interval[] {
  return columns.flatMap(({ name, type }, middle) => {
    const [low, high] = [middle + 1, middle + 2];
    const ends = LOW_NAME.test(columns[low]?.name ?? '') && HIGH_NAME.test(columns[high]?.name ?? '');
    return ends && isNumeric(type) && !KEY_NAME.test(name) && !HIGH_NAME.test(name) ? [{ middle, low, high }] : [];
  });
}

const LOW_NAME = /(^|_)low(er)?$/i;
const HIGH_NAME = /(^|_)(high|upper)$/i;

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
  low?: number;
  high?: number;
  reference?: number;
}

export interface Bar {
  label: string;
  value: number;
  low?: number;
  high?: number;
  reference?: number;
}

export function number(grid: Grid, row: number, column: number): number {
  const value = column < 0 ? null : grid.value(row, column);
  return value === null || value === '' || typeof value === 'boolean' ? NaN : Number(value);
}

/** The column whose numbers a chart draws. */
export function measureOf({ kind, x, y, series }: Chart): number {
  return kind === 'heatmap' ? series : kind === 'histogram' ? x : y;
}

/** Whether a chart has a row to draw: imports may have nothing but NULL in a column. */
export function hasNumbers(grid: Grid, chart: Chart): boolean {
  const pointed = chart.kind === 'line' || chart.kind === 'scatter';
  for (let row = 0; row < grid.rowCount; row++) {
    const value = number(grid, row, measureOf(chart));
    const placed = !pointed || (Number.isFinite(number(grid, row, chart.x)) && (chart.log !== true || value > 0));
    if (Number.isFinite(value) && placed && drawn(grid, chart, row)) {
      return true;
    }
  }
  return false;
}

export function label(grid: Grid, row: number, column: number): string {
  const value = column < 0 ? row + 1 : grid.value(row, column);
  return value === null ? 'NULL' : Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

/** The label of a row as a chart shows it: with signs for white space, of which a token may be all. */
function shown(grid: Grid, row: number, column: number): string {
  return formatToken(label(grid, row, column));
}

/** Bars of all labels, the first ones only if there are many; with how many rows are left out. */
export function bars(grid: Grid, chart: Chart): { bars: Bar[]; left: number; combined: Combined } {
  const keys = [chart.x, chart.series].filter((column) => column >= 0);
  const { marks, combined } = marksOf(grid, chart, keys.length === 0 ? [-1] : keys, chart.y);
  const inOrder = chart.sorted === true ? [...marks].sort((a, b) => orderOf(b.value) - orderOf(a.value)) : marks;
  const made = inOrder.slice(0, MOST_BARS).map(({ rows, value }) => ({
    label: (keys.length === 0 ? [-1] : keys).map((key) => shown(grid, rows[0] as number, key)).join(', '),
    value,
    ...referenceOf(grid, chart, rows),
  }));
  return { bars: made, left: inOrder.slice(MOST_BARS).reduce((sum, { rows }) => sum + rows.length, 0), combined };
}

function orderOf(value: number): number {
  return Number.isNaN(value) ? -Infinity : value;
}

/** The estimates of a column with their intervals, one for each row, named by all columns that are keys or texts. */
export function intervals(grid: Grid, estimate: number): { bars: Bar[]; left: number } {
  const ends = intervalsOf(grid.columns).find(({ middle }) => middle === estimate);
  if (ends === undefined) {
    return { bars: [], left: 0 };
  }
  const all = columnsOf(grid).all.filter((column) => !column.list && (!column.numeric || column.key));
  const varying = all.filter((column) => column.distinct > 1);
  const names = grid.rowCount > 1 && varying.length > 0 ? varying : all;
  const rows = Math.min(grid.rowCount, 2 * MOST_BARS);
  const made = Array.from({ length: rows }, (_, row) => ({
    label: names.map(({ index, numeric }) => (numeric ? `${grid.columns[index]?.name} ${label(grid, row, index)}` : shown(grid, row, index))).join(', '),
    value: number(grid, row, ends.middle),
    low: number(grid, row, ends.low),
    high: number(grid, row, ends.high),
  }));
  return { bars: made, left: grid.rowCount - rows };
}

export interface Series {
  name: string;
  points: Point[];
}

/**
 * Points of all series: of lines one for each x, in order, and of a scatter plot one for each row. Points of lines that are
 * one row each have the ends of their interval. With how many rows are left out, and how many series there are.
 */
export function points(grid: Grid, chart: Chart): { series: Series[]; left: number; of: number; combined: Combined } {
  const lines = chart.kind === 'line';
  const split = chart.series >= 0;
  const { marks, combined } = lines
    ? marksOf(grid, chart, split ? [chart.x, chart.series] : [chart.x], chart.y)
    : { marks: eachRow(grid, chart), combined: { fewest: 1, most: 1, differ: [] } };
  const ends = lines && combined.most === 1 ? intervalsOf(grid.columns).find(({ middle }) => middle === chart.y) : undefined;
  const groups = new Map<string, Point[]>();
  const all = new Set<string>();
  let [left, count] = [0, 0];
  for (const { rows, value } of marks) {
    const row = rows[0] as number;
    const name = split ? shown(grid, row, chart.series) : '';
    const point = {
      x: number(grid, row, chart.x),
      y: value,
      series: name,
      ...(ends === undefined ? {} : { low: number(grid, row, ends.low), high: number(grid, row, ends.high) }),
      ...referenceOf(grid, chart, rows),
    };
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y) || (chart.log === true && point.y <= 0)) {
      continue;
    }
    all.add(name);
    const group = groups.get(name);
    if (count >= MOST_POINTS || (group === undefined && groups.size >= MOST_SERIES)) {
      left += rows.length;
      continue;
    }
    count++;
    if (group === undefined) {
      groups.set(name, [point]);
    } else {
      group.push(point);
    }
  }
  const series = [...groups].map(([name, own]) => ({ name, points: lines ? own.sort((a, b) => a.x - b.x) : own }));
  return { series, left, of: all.size, combined };
}

function eachRow(grid: Grid, chart: Chart): Mark[] {
  const marks: Mark[] = [];
  for (let row = 0; row < grid.rowCount; row++) {
    if (drawn(grid, chart, row)) {
      marks.push({ rows: [row], value: number(grid, row, chart.y) });
    }
  }
  return marks;
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

/** The ends of a scale of colours. Where values have both signs, 0 is in its middle and the distance from it is the colour. */
export function span(values: number[]): { from: number; to: number; signed: boolean; constant: boolean } {
  const finite = values.filter(Number.isFinite);
  const [least, most] = [finite.reduce((a, b) => Math.min(a, b), Infinity), finite.reduce((a, b) => Math.max(a, b), -Infinity)];
  if (least < 0 && most > 0) {
    const reach = Math.max(-least, most);
    return { from: -reach, to: reach, signed: true, constant: false };
  }
  return { from: least, to: most > least ? most : least + 1, signed: false, constant: most === least };
}

/**
 * Cells of a heatmap: rows by `y`, columns by `x`, coloured by `series`; with the number of rows behind each cell. Where they
 * are a thing and the other one of its pair, such as subject and other_subject, both are in the same order, and pairs that
 * are there once are drawn on both sides of the diagonal.
 */
export function cells(grid: Grid, chart: Chart): { rows: string[]; columns: string[]; values: Float64Array; counts: Uint32Array; combined: Combined } {
  const keep = (row: number) => drawn(grid, chart, row);
  const paired = isOfPairs(grid, chart);
  const mirrored = paired && isOfPairsOnce(grid, chart);
  const [ownRows, ownColumns] = [valuesOf(grid, chart.y, keep), valuesOf(grid, chart.x, keep)];
  const both = paired ? ordered([...new Set([...ownRows, ...ownColumns])]) : [];
  const [rows, columns] = paired ? [both, both] : [ownRows, ownColumns];
  const rowOf = new Map(rows.map((name, index) => [name, index]));
  const columnOf = new Map(columns.map((name, index) => [name, index]));
  const values = new Float64Array(rows.length * columns.length).fill(NaN);
  const counts = new Uint32Array(values.length);
  const { marks, combined } = marksOf(grid, chart, [chart.y, chart.x], chart.series);
  const set = (row: string, column: string, mark: Mark) => {
    const at = (rowOf.get(row) as number) * columns.length + (columnOf.get(column) as number);
    values[at] = mark.value === -Infinity ? NEVER : mark.value;
    counts[at] = mark.rows.length;
  };
  for (const mark of marks) {
    const [row, column] = [chart.y, chart.x].map((key) => label(grid, mark.rows[0] as number, key)) as [string, string];
    set(row, column, mark);
    if (mirrored) {
      set(column, row, mark);
    }
  }
  return { rows: rows.map(formatToken), columns: columns.map(formatToken), values, counts, combined };
}

/** Whether the keys of a heatmap are a thing and the other one of its pair. */
function isOfPairs(grid: Grid, chart: Chart): boolean {
  const [one, two] = [chart.x, chart.y].map((column) => (grid.columns[column]?.name ?? '').toLowerCase()) as [string, string];
  return one === `other_${two}` || two === `other_${one}`;
}

/** Whether no pair is there in both orders. */
function isOfPairsOnce(grid: Grid, chart: Chart): boolean {
  const pairs = new Set<string>();
  for (let row = 0; row < grid.rowCount; row++) {
    if (drawn(grid, chart, row)) {
      pairs.add(label(grid, row, chart.x) + SEPARATOR + label(grid, row, chart.y));
    }
  }
  return [...pairs].every((pair) => {
    const [first, second] = pair.split(SEPARATOR);
    return first === second || !pairs.has(`${second}${SEPARATOR}${first}`);
  });
}

function ordered(names: string[]): string[] {
  return names.every((name) => name.trim() !== '' && Number.isFinite(Number(name))) ? names.sort((a, b) => Number(a) - Number(b)) : names.sort();
}
