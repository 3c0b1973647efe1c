import type { Rows, Value } from './http';

/** An answer as the server would send it. */
export function answer(columns: string[], rows: Value[][]): Rows {
  return {
    queryId: 'q',
    columns: columns.map((name) => ({ name, type: 'DOUBLE' })),
    rows,
    rowCount: rows.length,
    limit: 10_000,
    truncated: false,
    elapsedMs: 1,
  };
}
