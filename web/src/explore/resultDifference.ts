import { isNumeric } from '../api/format';
import type { Column, Rows, Value } from '../api/http';

/** A column of numbers that two results are compared by. */
export interface Measure {
  name: string;
  /** Whether the results have intervals of it. */
  interval: boolean;
}

/** A measure in a row that both results have. */
export interface Compared {
  mine: Value;
  other: Value;
  /** mine - other; NaN if one of them is not a number. */
  difference: number;
  /** Ends of the interval of the difference; NaN if there is none. */
  low: number;
  high: number;
}

/** The results of one statement for two runs, side by side. */
export interface ResultDifference {
  /** Columns that say which row is which. */
  keys: Column[];
  measures: Measure[];
  /** In the order of the first result. */
  rows: { key: Value[]; compared: Compared[] }[];
  /** Numbers of rows that only one of the results has. */
  onlyMine: number;
  onlyOther: number;
}

/** Columns that say which run a row is of. */
const OF_RUN = /^(run_id|run|other_run_id|other_run)$/;
/** Whole numbers that are names. */
const NAMES = /(^|_)(id|layer|expert|position|rank|ordinal|sample|step|seed|year)$/;
const APPROXIMATE = /^(FLOAT|REAL|DOUBLE|DECIMAL|NUMERIC)\b/;

/**
 * Compares the results of one statement for two runs. Rows are matched by the columns before the first measure, and by as
 * many behind it as make each row of both results different; the numbers in the columns behind them are compared. An
 * interval is in two columns side by side that end in low and high, and is that of the nearest measure before it whose
 * values lie in it.
 *
 * @returns why they cannot be compared, in place of the difference
 */
export function differenceOf(mine: Rows, other: Rows): ResultDifference | string {
  const columns = mine.columns.map((column, index) => ({ ...column, index })).filter(({ name }) => !OF_RUN.test(name));
  if (columns.length === 0) {
    return 'The result has no column to compare.';
  }
  const firstMeasure = columns.findIndex(isMeasure);
  let width = firstMeasure === -1 ? columns.length : firstMeasure;
  while (!(unique(mine, columns.slice(0, width)) && unique(other, columns.slice(0, width)))) {
    const next = columns[width];
    if (next === undefined || APPROXIMATE.test(next.type)) {
      return `Rows cannot be matched: ${width === 0 ? 'the result has several rows and begins with a measure' : `several rows have the same ${namesOf(columns.slice(0, width))}`}. Put the columns that identify a row first.`;
    }
    width++;
  }
  const keys = columns.slice(0, width);
  const measures = measuresOf(columns.slice(width), [...mine.rows, ...other.rows]);
  if (measures.length === 0) {
    return `The result has no column of numbers${width === 0 ? '' : ` after ${namesOf(keys)}`}, so there is nothing to subtract.`;
  }
  const others = new Map(other.rows.map((row) => [keyOf(row, keys), row]));
  const rows = mine.rows.flatMap((row) => {
    const match = others.get(keyOf(row, keys));
    return match === undefined
      ? []
      : [{ key: keys.map(({ index }) => row[index] ?? null), compared: measures.map((measure) => compare(row, match, measure)) }];
  });
  return {
    keys: keys.map(({ name, type }) => ({ name, type })),
    measures: measures.map(({ name, low }) => ({ name, interval: low !== undefined })),
    rows,
    onlyMine: mine.rows.length - rows.length,
    onlyOther: other.rows.length - rows.length,
  };
}

/** A comparison as a result with a row for each match, such as layer, share, other_share, share_difference. */
export function rowsOf({ keys, measures, rows }: ResultDifference, of: Rows): Rows {
  const double = (name: string): Column => ({ name, type: 'DOUBLE' });
  const columns = [
    ...keys,
    ...measures.flatMap(({ name, interval }) => [
      ...[name, `other_${name}`, `${name}_difference`].map(double),
      ...(interval ? [`${name}_difference_low`, `${name}_difference_high`].map(double) : []),
    ]),
  ];
  const values = rows.map(({ key, compared }) => [
    ...key,
    ...compared.flatMap(({ mine, other, difference, low, high }, index) => [
      mine,
      other,
      orNull(difference),
      ...(measures[index]?.interval === true ? [orNull(low), orNull(high)] : []),
    ]),
  ]);
  return { ...of, columns, rows: values, rowCount: values.length };
}

interface Place extends Column {
  index: number;
}

interface MeasurePlace extends Place {
  low?: number;
  high?: number;
}

function measuresOf(columns: Place[], rows: Value[][]): MeasurePlace[] {
  const numbers = columns.filter(isMeasure);
  const measures: MeasurePlace[] = [];
  for (let i = 0; i < numbers.length; i++) {
    const [low, high] = [numbers[i], numbers[i + 1]];
    if (low === undefined) {
      break;
    }
    const of =
      high !== undefined && /(^|_)low$/.test(low.name) && /(^|_)high$/.test(high.name)
        ? measures.findLast((measure) => measure.low === undefined && rows.every((row) => lies(row, measure, low, high)))
        : undefined;
    if (of === undefined || high === undefined) {
      measures.push({ ...low });
    } else {
      of.low = low.index;
      of.high = high.index;
      i++;
    }
  }
  return measures;
}

function isMeasure({ name, type }: Column): boolean {
  return isNumeric(type) && !NAMES.test(name);
}

/** Whether a value is in the interval, or one of the three is unknown. */
function lies(row: Value[], measure: Place, low: Place, high: Place): boolean {
  const [value, from, to] = [measure, low, high].map(({ index }) => numberOf(row[index] ?? null)) as [number, number, number];
  return !(value < from - 1e-9 || value > to + 1e-9);
}

/**
 * The interval of a difference is MOVER's: with estimates a, b and intervals [l, u], it reaches from
 * a - b - sqrt((a - l_a)^2 + (u_b - b)^2) to a - b + sqrt((u_a - a)^2 + (b - l_b)^2). Zou and Donner, "Construction of
 * confidence limits about effect measures", Statistics in Medicine 27 (2008), equation 4; for proportions it is Newcombe's
 * method 10. It takes the runs as independent: over the same questions it is mostly too wide.
 */
function compare(row: Value[], match: Value[], { index, low, high }: MeasurePlace): Compared {
  const [mine, other] = [row[index] ?? null, match[index] ?? null];
  const [a, b] = [numberOf(mine), numberOf(other)];
  const difference = a - b;
  const end = (of: Value[], at: number | undefined) => (at === undefined ? NaN : numberOf(of[at] ?? null));
  return {
    mine,
    other,
    difference,
    low: difference - Math.hypot(a - end(row, low), end(match, high) - b),
    high: difference + Math.hypot(end(row, high) - a, b - end(match, low)),
  };
}

function unique(rows: Rows, keys: Place[]): boolean {
  return new Set(rows.rows.map((row) => keyOf(row, keys))).size === rows.rows.length;
}

function keyOf(row: Value[], keys: Place[]): string {
  return JSON.stringify(keys.map(({ index }) => row[index] ?? null));
}

function namesOf(columns: Column[]): string {
  return columns.map(({ name }) => name).join(', ');
}

function numberOf(value: Value): number {
  // Decimals and large whole numbers come as texts.
  return value === null ? NaN : Number(value);
}

function orNull(value: number): Value {
  return Number.isFinite(value) ? value : null;
}
