import { formatDuration } from '../api/format';
import type { ServedRun } from '../api/runs';

/** The seconds in which a run that has ended computed, without pauses; undefined where nobody measured them. */
export function computedSeconds(run: ServedRun): number | undefined {
  return run.computeSeconds ?? (run.status === 'running' ? undefined : run.progress?.elapsedSeconds);
}

/** The same in a list, where it must be told from a time of computing. */
export function listedDurationOf(run: ServedRun): string {
  const duration = durationOf(run);
  return duration === '' || computedSeconds(run) !== undefined ? duration : `${duration} elapsed`;
}

/** How long a run took: its time of computing or, where nobody measured it, from start to end. Empty where it has not ended. */
export function durationOf(run: ServedRun): string {
  const computed = computedSeconds(run);
  if (computed !== undefined) {
    return formatDuration(computed * 1000);
  }
  if (run.startedAt === undefined || run.finishedAt === undefined || run.finishedAt === null) {
    return '';
  }
  return formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt));
}
