import { formatDuration, formatMoment, formatRowCount } from '../api/format';
import { readJson, send } from '../api/http';

/** A query of the history. */
export interface PastQuery {
  queryId: string;
  sql: string;
  startedAt: string;
  elapsedMs: number;
  /** queued, planning, running, finished, failed or cancelled. */
  state: string;
  rows: number;
  error?: string;
}

/** A query that the server has run since it started, or runs. */
export interface CurrentQuery {
  queryId: string;
  sql: string;
  submittedAt: string;
  elapsedMs: number;
  state: string;
  rows: number;
  error?: { code: string; detail: string };
}

/** A query that the server keeps under a name. */
export interface SavedQuery {
  name: string;
  sql: string;
}

/** As many as a file keeps. */
const MOST = 1000;

/** The queries on the file, the latest first and each text once. */
export async function readHistory(): Promise<PastQuery[]> {
  const [kept, current] = (await Promise.all([readJson(`v1/history?limit=${MOST}`), readJson('v1/queries')])) as [
    { history: PastQuery[] },
    { queries: CurrentQuery[] },
  ];
  return latest(kept.history, current.queries);
}

/**
 * The history in the file, with the queries that it does not contain yet: they are written after their results, and not at
 * all while they run.
 */
export function latest(kept: PastQuery[], current: CurrentQuery[]): PastQuery[] {
  const asked = current
    .filter(({ queryId }) => !queryId.startsWith('picture-'))
    .map(({ submittedAt, error, ...query }) => ({
      ...query,
      startedAt: submittedAt,
      ...(error === undefined ? {} : { error: `${error.code}: ${error.detail}` }),
    }));
  const seen = new Set<string>();
  return [...asked, ...kept]
    .sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
    .filter(({ sql }) => !seen.has(sql) && seen.add(sql));
}

/** 16:02, 64 rows, 12 ms. */
export function aboutQuery(query: PastQuery, now: Date): string {
  const outcome = query.state === 'finished' ? formatRowCount(query.rows) : query.state;
  return `${formatMoment(new Date(query.startedAt), now)}, ${outcome}, ${formatDuration(query.elapsedMs)}`;
}

export async function readSaved(): Promise<SavedQuery[]> {
  return ((await readJson('v1/saved')) as { saved: SavedQuery[] }).saved;
}

/** @throws Error for a name that an address cannot have */
export async function save(name: string, sql: string): Promise<void> {
  if (/[/\\%]|^\.+$/.test(name)) {
    throw new Error('A name must not contain /, \\ or %, nor consist of dots only.');
  }
  await send('PUT', `v1/saved/${encodeURIComponent(name)}`, { sql });
}

export async function forget(name: string): Promise<void> {
  await send('DELETE', `v1/saved/${encodeURIComponent(name)}`);
}
