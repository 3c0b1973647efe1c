import { readJson, send } from '../api/http';

/** A query that ran on the server. */
export interface PastQuery {
  queryId: string;
  sql: string;
  state: string;
  submittedAt: string;
  elapsedMs?: number;
  rows?: number;
}

/** A query that the server keeps under a name. */
export interface SavedQuery {
  name: string;
  sql: string;
}

/** What people asked lately, the latest first and each text once. */
export async function readHistory(): Promise<PastQuery[]> {
  const answer = (await readJson('v1/queries')) as { queries: PastQuery[] };
  const seen = new Set<string>();
  return answer.queries.filter((query) => {
    const asked = !query.queryId.startsWith('picture-') && !seen.has(query.sql);
    seen.add(query.sql);
    return asked;
  });
}

export async function readSaved(): Promise<SavedQuery[]> {
  return ((await readJson('v1/saved')) as { saved: SavedQuery[] }).saved;
}

export async function save(name: string, sql: string): Promise<void> {
  await send('PUT', `v1/saved/${encodeURIComponent(name)}`, { sql });
}

export async function forget(name: string): Promise<void> {
  await send('DELETE', `v1/saved/${encodeURIComponent(name)}`);
}
