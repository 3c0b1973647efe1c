/** The server's responses, as they are sent. */

export type Value = null | boolean | number | string | Value[];

export interface Column {
  name: string;
  /** SQL type name, such as BIGINT or FLOAT[]. */
  type: string;
}

export interface Rows {
  queryId: string;
  columns: Column[];
  rows: Value[][];
  rowCount: number;
  limit: number;
  /** Whether the limit cut the result. */
  truncated: boolean;
  elapsedMs: number;
}

/** Lines and columns count from 1; both ends are inclusive. */
export interface Position {
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

/** An RFC 9457 problem document. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  code?: string;
  sqlState?: string;
  position?: Position;
}

export interface Health {
  database: string;
  version: string;
  runs: number;
}

export interface TableColumn extends Column {
  comment: string;
}

export interface Table {
  name: string;
  /** Heading that it stands under. */
  group: string;
  comment: string;
  /** Null where counting is expensive. */
  rows: number | null;
  columns: TableColumn[];
}

/** A statement to start from. */
export interface Example {
  group: string;
  title: string;
  about: string;
  /** Queries run 1 and question 1. */
  sql: string;
}

export interface SqlFunction {
  name: string;
  group: string;
  /** How it can be called, such as round(x, digits). */
  forms: string[];
  comment: string;
}

/** What a server's SQL can name. */
export interface Schema {
  tables: Table[];
  examples: Example[];
  keywords: string[];
  types: string[];
  functions: SqlFunction[];
}

export const EMPTY_SCHEMA: Schema = { tables: [], examples: [], keywords: [], types: [], functions: [] };

/** The outcome of a query. */
export type Outcome =
  | { kind: 'rows'; rows: Rows }
  | { kind: 'problem'; problem: Problem }
  | { kind: 'cancelled' };

/** A response of the server that is not a success. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Runs a query of the console itself, which the history does not show. Aborting the signal closes the connection; the server then cancels the query. */
export async function runQuery(sql: string, signal: AbortSignal, limit?: number, parameters?: Record<string, string | null>): Promise<Outcome> {
  try {
    const response = await fetch('v1/query', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'Query-Id': `picture-${crypto.randomUUID()}` },
      body: JSON.stringify({ sql, limit, parameters }),
      signal,
    });
    if (response.ok) {
      return { kind: 'rows', rows: (await response.json()) as Rows };
    }
    return { kind: 'problem', problem: await readProblem(response) };
  } catch (failure) {
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    return { kind: 'problem', problem: connectionProblem(failure) };
  }
}

export async function readHealth(): Promise<Health> {
  return (await readJson('v1/health')) as Health;
}

export async function readSchema(): Promise<Schema> {
  return (await readJson('v1/schema')) as Schema;
}

export async function readJson(path: string): Promise<unknown> {
  return (await send('GET', path)).json();
}

/** Sends a request with a JSON body, or none. @throws ProblemError for every response that is not a success */
export async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (failure) {
    throw new ProblemError(connectionProblem(failure));
  }
  if (!response.ok) {
    throw new ProblemError(await readProblem(response));
  }
  return response;
}

export async function readProblem(response: Response): Promise<Problem> {
  const type = response.headers.get('Content-Type') ?? '';
  if (type.startsWith('application/problem+json')) {
    return (await response.json()) as Problem;
  }
  return {
    title: 'Unexpected response',
    status: response.status,
    detail: `The server responded with status ${response.status} and no explanation.`,
  };
}

export function connectionProblem(failure: unknown): Problem {
  return {
    title: 'No response',
    status: 0,
    detail: `The connection to the server was lost (${failure instanceof Error ? failure.message : String(failure)}). Is it still running?`,
  };
}
