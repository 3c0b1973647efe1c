/** The server's answers, as they come over the wire. */

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
  comment: string;
  /** Null where counting is dear. */
  rows: number | null;
  columns: TableColumn[];
}

/** What became of a query. */
export type Outcome =
  | { kind: 'rows'; rows: Rows }
  | { kind: 'problem'; problem: Problem }
  | { kind: 'cancelled' };

/** An answer of the server that is no success. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Runs a query of the console's own, which no history shows. Aborting the signal closes the connection, upon which the server cancels the query. */
export async function runQuery(sql: string, signal: AbortSignal, limit?: number): Promise<Outcome> {
  try {
    const response = await fetch('v1/query', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'Query-Id': `picture-${crypto.randomUUID()}` },
      body: JSON.stringify(limit === undefined ? { sql } : { sql, limit }),
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

export async function readSchema(): Promise<Table[]> {
  return ((await readJson('v1/schema')) as { tables: Table[] }).tables;
}

export async function readJson(path: string): Promise<unknown> {
  return (await send('GET', path)).json();
}

/** Sends a request with a JSON body, or none. @throws ProblemError for every answer that is no success */
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
    title: 'Unexpected answer',
    status: response.status,
    detail: `The server answered with status ${response.status} and no explanation.`,
  };
}

export function connectionProblem(failure: unknown): Problem {
  return {
    title: 'The answer did not arrive',
    status: 0,
    detail: `The connection to the server broke (${failure instanceof Error ? failure.message : String(failure)}). Is it still running?`,
  };
}
