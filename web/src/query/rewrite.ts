import { identifier, literal } from '../api/sql';
import type { Column, Value } from '../api/http';
import { isNumeric } from '../api/format';
import { withoutComments } from './statements';

export type Direction = 'ASC' | 'DESC';

/** The column menu wraps the reader's statement into a query, which the reader sees and can change. */
const AROUND = /^SELECT \*\nFROM \(\n([\s\S]*)\n\) AS result((?:\nWHERE [\s\S]*?)?)((?:\nORDER BY .*)?)$/;

interface Parts {
  inner: string;
  where: string;
  order: string;
}

/** Whether the statement can be used as a subquery, unlike SHOW and DESCRIBE. */
export function canBeWrapped(sql: string): boolean {
  return /^[(\s]*(SELECT|WITH|FROM|VALUES)\b/i.test(withoutComments(sql));
}

export function sorted(sql: string, column: string, direction: Direction): string {
  const { inner, where } = take(sql);
  return put({ inner, where, order: `\nORDER BY ${identifier(column)} ${direction}` });
}

/** How the statement's rows are sorted by the table, if they are. */
export function sortOf(sql: string): { column: string; direction: Direction } | undefined {
  const found = /\nORDER BY "((?:[^"]|"")*)" (ASC|DESC)$/.exec(take(sql).order);
  return found === null ? undefined : { column: (found[1] as string).replaceAll('""', '"'), direction: found[2] as Direction };
}

/** Keeps the rows where the column has the value, or those where it does not. */
export function filtered(sql: string, column: Column, value: Value, keep: boolean): string {
  const parts = take(sql);
  const condition = `${identifier(column.name)} ${comparison(column, value, keep)}`;
  const where = parts.where === '' ? `\nWHERE ${condition}` : `${parts.where}\n    AND ${condition}`;
  return put({ ...parts, where });
}

/** One row that sums the column up: rows, values, distinct values, smallest, largest and, of numbers, the mean. */
export function summary(sql: string, column: Column): string {
  const name = identifier(column.name);
  return [
    `SELECT COUNT(*) AS "rows", COUNT(${name}) AS "values", COUNT(DISTINCT ${name}) AS "distinct",`,
    `    MIN(${name}) AS "smallest", MAX(${name}) AS "largest"${isNumeric(column.type) ? `, AVG(${name}) AS "mean"` : ''}`,
    'FROM (',
    sql,
    ') AS result',
  ].join('\n');
}

/** value, n: the most frequent values. */
export function frequencies(sql: string, column: Column, most: number): string {
  const name = identifier(column.name);
  return `SELECT ${name} AS "value", COUNT(*) AS "n"\nFROM (\n${sql}\n) AS result\nGROUP BY ${name}\nORDER BY "n" DESC, ${name}\nLIMIT ${most}`;
}

function comparison(column: Column, value: Value, keep: boolean): string {
  if (value === null) {
    return keep ? 'IS NULL' : 'IS NOT NULL';
  }
  const text = isNumeric(column.type) && typeof value === 'number' ? String(value) : typeof value === 'boolean' ? String(value).toUpperCase() : cast(column, String(value));
  // A row whose value is NULL does not have the value, so it stays when the value is excluded.
  return `${keep ? '=' : 'IS DISTINCT FROM'} ${text}`;
}

function cast(column: Column, text: string): string {
  if (/^(TIMESTAMP|DATE)$/.test(column.type)) {
    return `${column.type} ${literal(text.replace('T', ' '))}`;
  }
  return isNumeric(column.type) ? `CAST(${literal(text)} AS ${column.type})` : literal(text);
}

function take(sql: string): Parts {
  const found = AROUND.exec(sql);
  return found === null
    ? { inner: sql, where: '', order: '' }
    : { inner: found[1] as string, where: found[2] as string, order: found[3] as string };
}

function put({ inner, where, order }: Parts): string {
  return `SELECT *\nFROM (\n${inner}\n) AS result${where}${order}`;
}
