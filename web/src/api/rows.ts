import { commonDecimals, format, formatCount, formatTimestamp, formatToken, isNumeric } from './format';
import type { Column, Rows, Value } from './http';

/** A result, however it came: any cell of it at once, however many rows. */
export interface Grid {
  columns: Column[];
  rowCount: number;
  value(row: number, column: number): Value;
}

/** Rows that decide how many decimals a column needs; more would not change it often. */
const SAMPLED = 200;

/** Digits of smaller whole numbers are read at a glance. */
const SMALLEST_GROUPED = 10_000;
/** Columns whose numbers are names. */
const NAMES = /(^|_)(id|seed|year)$/i;
/** Columns whose texts are pieces of a text, which may be nothing but white space. */
const PIECES = /(^|_)(token|text)$/i;

/**
 * Texts of the cells of a grid, as tables show them: the points of a column's numbers stand in line, and the
 * digits of large whole numbers are grouped, but not those of ids. White space of
 * tokens has signs.
 */
export function textsOf(grid: Grid): (row: number, column: number) => string {
  const decimals = grid.columns.map((_, column) =>
    commonDecimals(Array.from({ length: Math.min(grid.rowCount, SAMPLED) }, (_, row) => grid.value(row, column))),
  );
  const grouped = grid.columns.map(({ name, type }) => isNumeric(type) && !NAMES.test(name));
  const pieces = grid.columns.map(({ name }) => PIECES.test(name));
  return (row, column) => {
    const value = grid.value(row, column);
    if (grouped[column] === true && typeof value === 'number' && Number.isInteger(value) && Math.abs(value) >= SMALLEST_GROUPED && decimals[column] === undefined) {
      return formatCount(value);
    }
    if (pieces[column] === true && typeof value === 'string') {
      return formatToken(value);
    }
    return grid.columns[column]?.type === 'TIMESTAMP' ? formatTimestamp(value) : format(value, decimals[column]);
  };
}

export function gridOfRows(rows: Rows): Grid {
  return {
    columns: rows.columns,
    rowCount: rows.rows.length,
    value: (row, column) => rows.rows[row]?.[column] ?? null,
  };
}

/** One column of an answer as numbers; NULL and values that are not numbers become NaN. */
export function numbers(rows: Rows, name: string): number[] {
  return values(rows, name).map((value) => (value === null ? NaN : Number(value)));
}

export function texts(rows: Rows, name: string): string[] {
  return values(rows, name).map((value) => (value === null ? '' : String(value)));
}

export function lists(rows: Rows, name: string): number[][] {
  return values(rows, name).map((value) => (Array.isArray(value) ? value.map(Number) : []));
}

export function values(rows: Rows, name: string): Value[] {
  const index = rows.columns.findIndex((column) => column.name === name);
  if (index < 0) {
    throw new Error(`The answer has no column "${name}", but ${rows.columns.map((column) => column.name).join(', ')}`);
  }
  return rows.rows.map((row) => row[index] ?? null);
}
