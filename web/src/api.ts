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
  columns: TableColumn[];
}

/** What became of a query. */
export type Outcome =
  | { kind: 'rows'; rows: Rows }
  | { kind: 'problem'; problem: Problem }
  | { kind: 'cancelled' };

/** Runs a query. Aborting the signal closes the connection, upon which the server cancels the query. */
export async function runQuery(sql: string, signal: AbortSignal): Promise<Outcome> {
  try {
    const response = await fetch('v1/query', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ sql }),
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

async function readJson(path: string): Promise<unknown> {
  const response = await fetch(path, { headers: { Accept: 'application/json' } });
  if (!response.ok) {
    throw new Error(`GET ${path}: status ${response.status}`);
  }
  return response.json();
}

async function readProblem(response: Response): Promise<Problem> {
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

function connectionProblem(failure: unknown): Problem {
  return {
    title: 'The answer did not arrive',
    status: 0,
    detail: `The connection to the server broke (${failure instanceof Error ? failure.message : String(failure)}). Is it still running?`,
  };
}
