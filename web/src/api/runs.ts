import { readJson, send } from './http';

/** How far a run that this server hosts has come. */
export interface Progress {
  /** 0 to 1. */
  share: number;
  questionsDone: number;
  questions: number;
  tokensPerSecond: number;
  /** Since the server started it, or continued it. */
  elapsedSeconds?: number;
  /** Absent before the first tokens are computed. */
  secondsLeft?: number;
}

/** A run of the file, or one that waits or loads and that the file does not have yet. */
export interface ServedRun {
  runId?: number;
  name: string;
  model?: string;
  quiz?: string;
  recorded?: string;
  /** waiting, loading, running, complete, cancelled, failed or interrupted. */
  status: string;
  questions?: number;
  answered?: number;
  correct?: number;
  startedAt?: string;
  finishedAt?: string | null;
  /** Time of computing of a run that has ended, without pauses before it was resumed. */
  computeSeconds?: number;
  progress?: Progress;
  error?: { code: string; detail: string };
}

/** A model or a quiz that the server may read. */
export interface Source {
  name: string;
  path: string;
}

export interface Sources {
  models: Source[];
  quizzes: Source[];
}

const UNFINISHED = ['waiting', 'loading', 'running'];

export function isActive(run: ServedRun): boolean {
  return UNFINISHED.includes(run.status);
}

export async function readRuns(): Promise<ServedRun[]> {
  return ((await readJson('v1/runs')) as { runs: ServedRun[] }).runs;
}

export async function readSources(): Promise<Sources> {
  return (await readJson('v1/sources')) as Sources;
}

/** @param options those of `gatehouse run`, without dashes */
export async function startRun(options: Record<string, unknown>): Promise<ServedRun> {
  return (await (await send('POST', 'v1/runs', options)).json()) as ServedRun;
}

export async function cancelRun(name: string): Promise<void> {
  await send('POST', `v1/runs/${encodeURIComponent(name)}/cancel`);
}

/** Changes what people say about a run. */
export async function editRun(run: string, changes: { name: string; tags: string[]; note: string }): Promise<void> {
  await send('PATCH', `v1/runs/${encodeURIComponent(run)}`, changes);
}

export async function deleteRun(name: string): Promise<void> {
  await send('DELETE', `v1/runs/${encodeURIComponent(name)}`);
}
