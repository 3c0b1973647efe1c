import { isNumeric } from '../api/format';
import { runQuery, send } from '../api/http';
import { values as valuesOf } from '../api/rows';
import { select } from '../api/sql';
import type { Values } from '../app/place';
import { type Statement, statementsOf, withoutComments } from './statements';

/** A parameter `:name` of a statement, as the server describes it. */
export interface Parameter {
  name: string;
  /** SQL type of its values. */
  type: string;
  /** A column that the statement compares it with. */
  column?: string;
}

/** A value that a field may have. */
export interface Choice {
  value: string;
  label: string;
}

const MOST_REMEMBERED = 200;
/** More values than this are no list to choose from. */
const MOST_CHOICES = 2000;

/** Where the values of a column can be read, and beside them what they are called. */
const SOURCES: Record<string, { from: string; label?: string }> = {
  run_id: { from: 'runs', label: 'name' },
  name: { from: 'runs' },
  model: { from: 'runs' },
  quiz: { from: 'runs' },
  layer: { from: 'layers' },
  expert: { from: 'experts' },
  scope: { from: 'scopes' },
  subject: { from: 'questions' },
  question_id: { from: 'questions' },
};

/** Only a text with a colon before a word can have names; which of these are parameters, the server says. */
const MAYBE = /:[\p{L}_]/u;

const described = new Map<string, Parameter[]>();

/** The parameters of a statement; undefined if the server cannot read it. */
export async function readParameters(sql: string): Promise<Parameter[] | undefined> {
  if (!MAYBE.test(withoutComments(sql))) {
    return [];
  }
  const known = described.get(sql);
  if (known !== undefined) {
    return known;
  }
  try {
    const { named } = (await (await send('POST', 'v1/describe', { sql })).json()) as { named: Parameter[] };
    if (described.size >= MOST_REMEMBERED) {
      described.clear();
    }
    described.set(sql, named);
    return named;
  } catch {
    return undefined;
  }
}

/**
 * The parameters of all statements of a text, each name once.
 *
 * @param known those that were there before; they stay while the server cannot read one of the statements
 */
export async function readAllParameters(text: string, known: Parameter[]): Promise<Parameter[]> {
  const found = await Promise.all(statementsOf(text).map((statement) => readParameters(statement.text)));
  const byName = new Map<string, Parameter>();
  for (const parameter of [...found.flatMap((each) => each ?? []), ...(found.includes(undefined) ? known : [])]) {
    if (!byName.has(parameter.name)) {
      byName.set(parameter.name, parameter);
    }
  }
  return [...byName.values()];
}

/** The values that some parameters have. */
export function chosen(parameters: Parameter[], values: Values): Values {
  return Object.fromEntries(parameters.filter(({ name }) => values[name] !== undefined).map(({ name }) => [name, values[name] as string | null]));
}

/**
 * Statements with the values of their parameters, and the names that have none. One that the server cannot read gets no
 * values: running it shows why.
 */
export async function bind(statements: Statement[], values: Values): Promise<{ bound: Statement[]; missing: string[] }> {
  const missing = new Set<string>();
  const bound = await Promise.all(
    statements.map(async (statement) => {
      const parameters = (await readParameters(statement.text)) ?? [];
      for (const { name } of parameters) {
        if (values[name] === undefined) {
          missing.add(name);
        }
      }
      return parameters.length === 0 ? statement : { ...statement, values: chosen(parameters, values) };
    }),
  );
  return { bound, missing: [...missing] };
}

/** Give a value for :a, :b and :c. */
export function missingValues(names: string[]): string {
  const labels = names.map((name) => `:${name}`);
  const last = labels.pop() as string;
  return `Give a value for ${labels.length === 0 ? last : `${labels.join(', ')} and ${last}`}.`;
}

/** How the field of a type looks. */
export function fieldOf(type: string): 'number' | 'date' | 'choice' | 'text' {
  return isNumeric(type) ? 'number' : type === 'DATE' ? 'date' : type === 'BOOLEAN' ? 'choice' : 'text';
}

/** The values of a column, if there is a list of them to choose from. */
export async function readChoices(column: string, signal: AbortSignal): Promise<Choice[]> {
  const source = Object.hasOwn(SOURCES, column) ? SOURCES[column] : undefined;
  if (source === undefined) {
    return [];
  }
  const columns = source.label === undefined ? column : `${column}, ${source.label}`;
  const outcome = await runQuery(select(`DISTINCT ${columns}`, source.from, [`${column} IS NOT NULL`], column), signal, MOST_CHOICES);
  if (outcome.kind !== 'rows' || outcome.rows.truncated) {
    return [];
  }
  const labels = source.label === undefined ? [] : valuesOf(outcome.rows, source.label);
  return valuesOf(outcome.rows, column).map((value, index) => ({ value: String(value), label: String(labels[index] ?? '') }));
}

/** A saved query keeps the values of its parameters in comments above it. */
const KEPT = /^-- :([\p{L}_][\p{L}\p{N}_]*) = (.*)(?:\n|$)/u;

export function withValues(sql: string, values: Values): string {
  const lines = Object.entries(values).map(([name, value]) => `-- :${name} = ${JSON.stringify(value)}\n`);
  return lines.join('') + sql;
}

/** The statement of a saved query, and the values that were kept with it. */
export function splitValues(text: string): { sql: string; values: Values } {
  const values: [string, string | null][] = [];
  let sql = text;
  for (let line = KEPT.exec(sql); line !== null; line = KEPT.exec(sql)) {
    values.push([(line[1] as string).toLowerCase(), valueOf(line[2] as string)]);
    sql = sql.slice(line[0].length);
  }
  return { sql, values: Object.fromEntries(values) };
}

/** A value as it was kept, or as somebody wrote it by hand. */
function valueOf(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return value === null ? null : typeof value === 'string' ? value : text.trim();
  } catch {
    return text.trim();
  }
}
