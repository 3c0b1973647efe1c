import { describe, expect, it } from 'vitest';
import { isActive, type ServedRun } from './runs';

describe('runs', () => {
  it('are active until they have ended', () => {
    const active = (status: string) => isActive({ name: 'r', status } satisfies ServedRun);
    expect(['waiting', 'loading', 'running'].every(active)).toBe(true);
    expect(['complete', 'cancelled', 'failed', 'interrupted'].some(active)).toBe(false);
  });
});
