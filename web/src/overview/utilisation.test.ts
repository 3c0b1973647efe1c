import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { ABSENT, NEVER } from '../picture/matrix';
import { busiest, ratioText, times, utilisationOf } from './utilisation';

const COLUMNS = ['layer', 'expert', 'n', 'activations', 'share', 'ratio'];

describe('utilisation', () => {
  const utilisation = utilisationOf(
    answer(COLUMNS, [
      [1, 0, 4, 4, 1, 2],
      [1, 1, 4, 0, 0, 0],
      [1, 2, 4, 2, 0.5, 1],
      [1, 3, 4, 2, 0.5, 1],
      [3, 0, 4, 2, 0.5, 1],
      [3, 1, 4, 2, 0.5, 1],
    ]),
  );

  it('is centred on uniform, with never apart from little', () => {
    expect([...utilisation.matrix.values]).toEqual([1, NEVER, 0, 0, 0, 0, ABSENT, ABSENT]);
    expect(utilisation.matrix.rows).toEqual(['1', '3']);
    expect(utilisation).toMatchObject({ all: 6, never: 1, tokens: 4, experts: 4 });
    expect([...utilisation.share.slice(0, 2)]).toEqual([1, 0]);
    expect(busiest(utilisation)).toEqual({ layer: 1, expert: 0 });
  });

  it('of nothing is nothing', () => {
    const none = utilisationOf(answer(COLUMNS, [[0, 0, 3, 0, 0, 0], [0, 1, 3, 0, 0, 0]]));
    expect(none.never).toBe(2);
    expect(busiest(none)).toBeUndefined();
    expect(utilisationOf(answer(COLUMNS, [])).matrix.values).toHaveLength(0);
    const before = utilisationOf(answer(COLUMNS, [[0, 0, 0, 0, null, null]]));
    expect([...before.matrix.values]).toEqual([ABSENT]);
    expect(before).toMatchObject({ all: 1, never: 0, tokens: 0 });
  });

  it('is told in powers of two', () => {
    expect([-2, 0, 3].map(times)).toEqual(['1/4×', '1×', '8×']);
  });

  it('is no zero where an expert fired once', () => {
    expect([0, 0.0042, 0.05, 1, 2.345].map(ratioText)).toEqual(['0.00', '0.0042', '0.05', '1.00', '2.35']);
  });
});
