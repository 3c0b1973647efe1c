import { describe, expect, it } from 'vitest';
import { memoryOf, settingsOf } from './settings';

describe('settings of Serve', () => {
  it('are those of the serving report where the address has none', () => {
    const settings = settingsOf({ screen: 'serve' }, 16);
    expect(settings).toEqual({
      cache: 'model', policy: 'lru', megabytes: undefined, gigabytes: undefined, bandwidth: undefined,
      resident: 4, spare: 1, ranks: { ranks: 4, replicas: 20, batch: 8 },
    });
    expect(memoryOf(settings)).toEqual({ megabytes: 1, gigabytes: 1, bandwidth: 1 });
  });

  it('know the size of an expert where the run does', () => {
    expect(settingsOf({ screen: 'serve' }, 16, 2.77).megabytes).toBe(2.77);
    expect(settingsOf({ screen: 'serve', megabytes: 12.6 }, 16, 2.77).megabytes).toBe(12.6);
  });

  it('have a whole number of experts on each rank', () => {
    for (const [experts, ranks, spare] of [[60, 8, 0], [64, 8, 1], [3, 8, 0], [128, 6, 2]] as const) {
      const { replicas } = settingsOf({ screen: 'serve', ranks, spare }, experts).ranks;
      expect(replicas % ranks).toBe(0);
      expect(replicas).toBeGreaterThanOrEqual(experts + ranks * spare);
      expect(replicas).toBeLessThan(experts + ranks * (spare + 1));
    }
  });

  it('stay within what can be asked, whatever the address says', () => {
    expect(settingsOf({ screen: 'serve', ranks: 0, spare: 999, batch: 0, resident: 99 }, 16)).toMatchObject({
      resident: 16, spare: 64, ranks: { ranks: 2, batch: 1 },
    });
    expect(settingsOf({ screen: 'serve' }, 0).resident).toBe(1);
    expect(memoryOf(settingsOf({ screen: 'serve', megabytes: 12.6, gigabytes: 0.5, bandwidth: 3.5 }, 16))).toEqual({ megabytes: 12.6, gigabytes: 0.5, bandwidth: 3.5 });
  });
});
