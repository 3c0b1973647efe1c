import type { SqlFunction } from '../api/http';

/** Examples of what only some runs recorded query the last run of the file. */
const LAST_RUN = '(SELECT max(run_id) FROM runs)';
/** Examples compare with the last other run of the file; the result has no rows where there is none. */
const OTHER_RUN = /\(SELECT max\(run_id\) FROM runs WHERE run_id <> \d+\)/g;

/**
 * The statement of an example for the run and the question at hand. Examples query run 1 and question 1: run_id = 1,
 * question_id = 1, and the arguments run and question of table functions.
 *
 * @param question undefined to leave the question of the example
 * @param other the run to compare with, in the place of the last other one of the file; undefined to leave that
 */
export function exampleFor(sql: string, run: number, question: number | undefined, functions: SqlFunction[], other?: number): string {
  return sql
    .replaceAll(/\brun_id = \d+/g, `run_id = ${run}`)
    .replaceAll(/\bquestion_id = \d+/g, (given) => (question === undefined ? given : `question_id = ${question}`))
    .replaceAll(/\bFROM (\w+)\(([^()]*)/g, (whole: string, name: string, given: string) => {
      const parameters = parametersOf(functions.find((known) => known.name === name));
      const values: Record<string, number | undefined> = { run, question };
      const replaced = given.split(', ').map((value, index) => (/^\d+$/.test(value) ? (values[parameters[index] ?? ''] ?? value) : value));
      return parameters.length === 0 ? whole : `FROM ${name}(${replaced.join(', ')}`;
    })
    .replaceAll(LAST_RUN, String(run))
    .replaceAll(OTHER_RUN, other === undefined || other === run ? `(SELECT max(run_id) FROM runs WHERE run_id <> ${run})` : String(other));
}

/** The names in a form such as top_experts(run INTEGER, scope VARCHAR, k INTEGER). */
function parametersOf(known: SqlFunction | undefined): string[] {
  const inner = /\((.*)\)/.exec(known?.forms[0] ?? '')?.[1] ?? '';
  return inner === '' ? [] : inner.split(', ').map((parameter) => parameter.split(' ')[0] as string);
}
