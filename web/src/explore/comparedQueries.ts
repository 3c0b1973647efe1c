import type { Example, SqlFunction } from '../api/http';
import type { Values } from '../app/place';
import { exampleFor } from '../query/examples';
import type { SavedQuery } from '../query/library';
import { type Parameter, splitValues } from '../query/parameters';

/** A query that can run for one run or another. */
export interface ComparedQuery {
  name: string;
  /** Heading that it stands under. */
  group: string;
  sql: string;
  /** Values of the parameters that do not name the run. */
  values: Values;
}

/** A parameter that can stand for the run, such as :run. */
const RUN = /:run(_id)?\b/i;

/** The saved queries and the examples that name a run, saved ones first. */
export function comparedQueries(examples: Example[], saved: SavedQuery[], functions: SqlFunction[]): ComparedQuery[] {
  return [
    ...saved.map(({ name, sql }) => ({ name, group: 'Saved', ...splitValues(sql) })),
    ...examples.map(({ title, group, sql }) => ({ name: title, group, sql, values: {} })),
  ].filter(({ sql }) => RUN.test(sql) || statementFor(sql, 1, functions) !== statementFor(sql, 2, functions));
}

/** The statement for a run: of run_id = 1 and of the arguments of table functions; parameters stay. */
export function statementFor(sql: string, run: number, functions: SqlFunction[]): string {
  return exampleFor(sql, run, undefined, functions);
}

/** The values of a statement's parameters for a run, and the names that have none. */
export function valuesFor(parameters: Parameter[], kept: Values, run: number): { values: Values; missing: string[] } {
  const values: Values = {};
  const missing: string[] = [];
  for (const { name, column } of parameters) {
    const value = column === 'run_id' || RUN.test(`:${name}`) ? String(run) : kept[name];
    if (value === undefined) {
      missing.push(name);
    } else {
      values[name] = value;
    }
  }
  return { values, missing };
}
