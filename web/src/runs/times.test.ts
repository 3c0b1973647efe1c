import { describe, expect, it } from 'vitest';
import type { Progress, ServedRun } from '../api/runs';
import { durationOf, listedDurationOf } from './times';

const RUN: ServedRun = { name: 'a', status: 'complete', startedAt: '2026-11-24T10:00:00Z', finishedAt: '2026-11-24T12:00:00Z' };
const PROGRESS = { elapsedSeconds: 30 } as Progress;

describe('duration', () => {
  it('leaves out the pauses of a resumed run', () => {
    expect(durationOf({ ...RUN, computeSeconds: 125 })).toBe('2 min 05 s');
    // The progress is that of the last part only.
    expect(durationOf({ ...RUN, computeSeconds: 125, progress: PROGRESS })).toBe('2 min 05 s');
  });

  it('is the time from start to end where nobody measured it', () => {
    expect(durationOf(RUN)).toBe('120 min 00 s');
    expect(durationOf({ ...RUN, status: 'failed', progress: PROGRESS })).toBe('30.0 s');
    expect(listedDurationOf(RUN)).toBe('120 min 00 s elapsed');
    expect(listedDurationOf({ ...RUN, computeSeconds: 125 })).toBe('2 min 05 s');
    expect(listedDurationOf({ name: 'b', status: 'waiting' })).toBe('');
  });

  it('is empty for a run that has not ended', () => {
    expect(durationOf({ ...RUN, status: 'running', finishedAt: null, progress: PROGRESS })).toBe('');
    expect(durationOf({ name: 'b', status: 'waiting' })).toBe('');
  });
});
