import { describe, expect, it } from 'vitest';
import { along, logTicks, niceSpan, niceTicks } from './axis';

describe('axis', () => {
  it('has round ticks within its span', () => {
    expect(niceTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(niceTicks(0.37, 0.93, 5)).toEqual([0.4, 0.6, 0.8]);
    expect(niceTicks(-3, 12, 4)).toEqual([0, 5, 10]);
    expect(niceTicks(0, 1e6, 4)).toEqual([0, 500_000, 1_000_000]);
    expect(niceTicks(2, 2, 4)).toEqual([2]);
  });

  it('spans all values with round ends', () => {
    expect(niceSpan([0.41, 0.98])).toEqual([0.4, 1]);
    expect(niceSpan([7])).toEqual([3.5, 10.5]);
    expect(niceSpan([0])).toEqual([-0.5, 0.5]);
    expect(niceSpan([NaN, Infinity])).toEqual([0, 1]);
    expect(niceSpan([0.25, 0.25000000000000006])).toEqual([0.125, 0.375]);
    expect(niceTicks(0.25, 0.25000000000000006, 5)).toEqual([0.25]);
    const many = Array.from({ length: 500_000 }, (_, index) => index);
    expect(niceSpan(many)).toEqual([0, 500_000]);
  });

  it('has powers of ten where it is logarithmic', () => {
    expect(logTicks(1, 1e6)).toEqual([1, 10, 100, 1000, 10_000, 100_000, 1_000_000]);
    expect(logTicks(0.5, 30)).toEqual([0.5, 1, 2, 5, 10, 20]);
  });

  it('places a value', () => {
    expect(along(0.5, [0, 1], 10, 30)).toBe(20);
    expect(along(3, [3, 3], 10, 30)).toBe(10);
  });
});
