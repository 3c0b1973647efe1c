import { connectionProblem, type Problem, readJson, readProblem, type Rows, send } from '../api/http';
import { type Grid, gridOfRows } from '../api/rows';
import { gridOfArrow } from './grid';
import type { Statement } from './statements';

const ARROW = 'application/vnd.apache.arrow.stream';

export interface Result {
  statement: Statement;
  grid: Grid;
  limit: number;
  truncated: boolean;
  elapsedMs: number;
}

/** The outcome of a statement. */
export type Outcome =
  | { kind: 'result'; result: Result }
  | { kind: 'problem'; problem: Problem; statement: Statement }
  | { kind: 'cancelled'; statement: Statement };

export function statementOf(outcome: Outcome): Statement {
  return outcome.kind === 'result' ? outcome.result.statement : outcome.statement;
}

/** The ids of the queries of pictures differ, so that the history shows only queries that people ran. */
export function newQueryId(): string {
  return `console-${crypto.randomUUID()}`;
}

/** Runs a statement; if it returns as many rows as the limit, the server tells whether there are more. */
export async function runStatement(statement: Statement, limit: number, id: string, signal: AbortSignal): Promise<Outcome> {
  const start = performance.now();
  try {
    const response = await fetch('v1/query', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: `${ARROW}, application/json;q=0.9`, 'Query-Id': id },
      body: JSON.stringify({ sql: statement.text, limit, parameters: statement.values }),
      signal,
    });
    if (!response.ok) {
      return { kind: 'problem', problem: await readProblem(response), statement };
    }
    const arrow = response.headers.get('Content-Type')?.startsWith(ARROW) ?? false;
    const grid = arrow ? gridOfArrow(new Uint8Array(await response.arrayBuffer())) : gridOfRows((await response.json()) as Rows);
    const elapsedMs = performance.now() - start;
    const truncated = grid.rowCount === limit && (await wasCut(id));
    return { kind: 'result', result: { statement, grid, limit, truncated, elapsedMs } };
  } catch (failure) {
    return signal.aborted ? { kind: 'cancelled', statement } : { kind: 'problem', problem: connectionProblem(failure), statement };
  }
}

/** Cancels on the server too; aborting the request alone would do, but only when the server next writes. */
export function cancelQuery(id: string): void {
  void fetch(`v1/queries/${id}`, { method: 'DELETE', keepalive: true }).catch(() => undefined);
}

/** The formats of results: their names, and the ends of the names of their files. */
export const FORMATS = {
  csv: { name: 'CSV', end: 'csv' },
  parquet: { name: 'Parquet', end: 'parquet' },
  arrow: { name: 'Arrow', end: 'arrow' },
  json: { name: 'JSON', end: 'json' },
  ndjson: { name: 'JSON lines', end: 'ndjson' },
  latex: { name: 'LaTeX', end: 'tex' },
} as const;
export type Format = keyof typeof FORMATS;

export function fileName(format: Format): string {
  return `result.${FORMATS[format].end}`;
}

/** The server limits JSON, which programs hold in memory, unless the request gives a limit. */
const ALL_ROWS = Number.MAX_SAFE_INTEGER;
/** Longer addresses do not fit into the headers that the server reads, 8 KiB with all that browsers add. */
const LONGEST_ADDRESS = 6000;

/** Where the whole result of a statement can be fetched, streamed by the server; undefined for a statement too long for an address. */
export function exportAddress({ text, values }: Statement, format: Format): string | undefined {
  const limit: Record<string, string> = format === 'json' ? { limit: String(ALL_ROWS) } : {};
  const parameters: Record<string, string> = values === undefined ? {} : { parameters: JSON.stringify(values) };
  const address = `v1/query?${new URLSearchParams({ sql: text, format, filename: fileName(format), ...limit, ...parameters }).toString()}`;
  return address.length > LONGEST_ADDRESS ? undefined : address;
}

/** The whole result of a statement of any length, through this page's memory. @throws ProblemError */
export async function exportFile({ text, values }: Statement, format: Format): Promise<Blob> {
  return (await send('POST', 'v1/query', { sql: text, format, parameters: values, ...(format === 'json' ? { limit: ALL_ROWS } : {}) })).blob();
}

/** An Arrow stream ends well at the limit and cannot say that it was one. Of a query that the server has forgotten it is likely. */
async function wasCut(id: string): Promise<boolean> {
  const query = (await readJson(`v1/queries/${id}`).catch(() => ({ truncated: true }))) as { truncated: boolean };
  return query.truncated;
}
