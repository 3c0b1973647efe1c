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
 * Compares the results of one statement for two runs. Rows are matched by the first columns that are different in each row
 * of both results; the numbers in the columns behind them are compared. An interval is in the columns low and high, whatever
 * is before these words, behind the column that it is of.
 *
 * @returns why they cannot be compared, in place of the difference
 */
export function differenceOf(mine: Rows, other: Rows): ResultDifference | string {
  const columns = mine.columns.map((column, index) => ({ ...column, index })).filter(({ name }) => !OF_RUN.test(name));
  if (columns.length === 0) {
    return 'The result has no column to compare.';
  }
  let width = 0;
  while (!(unique(mine, columns.slice(0, width)) && unique(other, columns.slice(0, width)))) {
    const next = columns[width];
    if (next === undefined || APPROXIMATE.test(next.type)) {
      return `Rows cannot be matched: ${width === 0 ? 'the result has several rows and begins with a measure' : `several rows have the same ${namesOf(columns.slice(0, width))}`}. Put the columns that identify a row first.`;
    }
    width++;
  }
  const keys = columns.slice(0, width);
  const measures = measuresOf(columns.slice(width));
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

function measuresOf(columns: Place[]): MeasurePlace[] {
  const measures: MeasurePlace[] = [];
  for (const column of columns) {
    const last = measures.at(-1);
    if (!isNumeric(column.type) || NAMES.test(column.name)) {
      continue;
    }
    if (last !== undefined && /(^|_)low$/.test(column.name)) {
      last.low = column.index;
    } else if (last?.low !== undefined && /(^|_)high$/.test(column.name)) {
      last.high = column.index;
    } else {
      measures.push({ ...column });
    }
  }
  return measures.map(({ low, high, ...measure }) => (low === undefined || high === undefined ? measure : { ...measure, low, high }));
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
  return typeof value === 'number' ? value : NaN;
}

function orNull(value: number): Value {
  return Number.isFinite(value) ? value : null;
}
