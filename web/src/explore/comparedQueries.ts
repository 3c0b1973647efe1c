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
  ].filter(({ sql }) => !namesSeveral(sql) && (RUN.test(sql) || statementFor(sql, 1, functions) !== statementFor(sql, 2, functions)));
}

/** Whether a statement reads several runs, as one that compares them itself does. */
function namesSeveral(sql: string): boolean {
  return /\brun_id <> \d+/.test(sql) || new Set([...sql.matchAll(/\brun_id = (\d+)/g)].map(([, run]) => run)).size > 1;
}

/** The statement for a run: of run_id = 1 and of the arguments of table functions; parameters stay. */
export function statementFor(sql: string, run: number, functions: SqlFunction[]): string {
  return exampleFor(sql, run, undefined, functions);
}

/** The values of a statement's parameters for a run, and the names that have none. */
export function valuesFor(parameters: Parameter[], kept: Values, run: number): { values: Values; missing: string[] } {
  const values: Values = {};
  const missing: string[] = [];
  const named = parameters.filter(({ name }) => RUN.test(`:${name}`));
  // Another run beside the one that is named, such as :baseline, stays as it is.
  const ofRun = named.length > 0 ? named : parameters.filter(({ column }) => column === 'run_id');
  for (const { name } of parameters) {
    const value = ofRun.some((parameter) => parameter.name === name) ? String(run) : kept[name];
    if (value === undefined) {
      missing.push(name);
    } else {
      values[name] = value;
    }
  }
  return { values, missing };
}
