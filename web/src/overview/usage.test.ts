import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { NEVER } from '../picture/matrix';
import { busiest, reach, times, usageOf } from './usage';

const COLUMNS = ['layer', 'expert', 'activations'];

describe('usage', () => {
  const usage = usageOf(answer(COLUMNS, [[1, 0, 4], [1, 1, 0], [1, 2, 2], [1, 3, 2], [3, 0, 1], [3, 1, 1], [3, 2, 1], [3, 3, 1]]));

  it('is centred on uniform, with never apart from little', () => {
    expect([...usage.matrix.values]).toEqual([1, NEVER, 0, 0, 0, 0, 0, 0]);
    expect(usage.matrix.rows).toEqual(['1', '3']);
    expect(usage).toMatchObject({ never: 1, slots: 8, experts: 4 });
    expect(busiest(usage)).toEqual({ layer: 1, expert: 0 });
  });

  it('of a subject without tokens is all never, not a division by zero that shows', () => {
    const empty = usageOf(answer(COLUMNS, [[0, 0, 0], [0, 1, 0]]));
    expect(empty.never).toBe(2);
    expect(busiest(empty)).toBeUndefined();
    expect(usageOf(answer(COLUMNS, [])).matrix.values).toHaveLength(0);
  });

  it('colours as far as a router can go', () => {
    expect(reach(16, 4)).toBe(2);
    expect(reach(64, 8)).toBe(3);
    expect(reach(256, 8)).toBe(4);
    expect(reach(8, 8)).toBe(1);
    expect([-2, 0, 3].map(times)).toEqual(['1/4×', '1×', '8×']);
  });
});
