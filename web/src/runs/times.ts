import { formatDuration } from '../api/format';
import type { ServedRun } from '../api/runs';

/**
 * How long a run took. While the server remembers it, the time in which it computed; otherwise from start to end, pauses of
 * a resumed run included. Empty where it has not ended.
 */
export function durationOf(run: ServedRun): string {
  const computed = run.progress?.elapsedSeconds;
  if (computed !== undefined && run.status !== 'running') {
    return formatDuration(computed * 1000);
  }
  if (run.startedAt === undefined || run.finishedAt === undefined || run.finishedAt === null) {
    return '';
  }
  return formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt));
}
