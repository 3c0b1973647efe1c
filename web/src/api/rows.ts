import type { Rows, Value } from './http';

/** One column of an answer as numbers; NULL and what is no number become NaN. */
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
