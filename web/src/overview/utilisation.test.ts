import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { ABSENT, NEVER } from '../picture/matrix';
import { diverging } from '../picture/colour';
import { cellColour, type Paint } from '../picture/paint';
import { busiest, marksOf, ratioText, shade, shadesOf, times, utilisationOf } from './utilisation';

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
    expect([-2, 0, 3, -12, -21].map(times)).toEqual(['1/4×', '1×', '8×', '1/4k×', '1/2M×']);
  });

  it('is no zero where an expert fired once', () => {
    expect([0, 0.0042, 0.05, 1, 2.345].map(ratioText)).toEqual(['0.00', '0.0042', '0.05', '1.00', '2.35']);
  });

  describe('is coloured', () => {
    /** Experts of one layer that fired so often at 98,304 tokens; uniform is 4 of 16. */
    const firing = (...activations: number[]) => utilisationOf(answer(COLUMNS, activations.map((count, expert) => [0, expert, 98304, count, count / 98304, count / 24576])));

    it('down to the rarest expert', () => {
      const shades = shadesOf(firing(0, 1, 300, 6144, 24576, 98304), 2);
      expect(shades).toEqual({ limit: 2, rarest: 15, clipped: false });
      const places = [0, 1, 300, 6144, 24576, 98304].map((count) => shade(shades, count === 0 ? NEVER : Math.log2(count / 24576)));
      expect(places[0]).toBe(NEVER);
      expect(places[3]).toBeCloseTo(-2 / 3);
      expect(places.slice(4)).toEqual([0, 1]);
      for (const dark of [false, true]) {
        const paint: Paint = { scale: diverging(dark), from: -1, to: 1, never: '#cccccc', neverInk: '#666666', absent: '#ffffff' };
        const blues = places.map((place) => Number(cellColour(paint, place).match(/ (\d+)\)/)?.[1]));
        expect(Math.abs(blues[1]! - blues[2]!)).toBeGreaterThan(10);
        expect(new Set(places.map((place) => cellColour(paint, place))).size).toBe(6);
      }
      expect(shade(shades, ABSENT)).toBeNaN();
    });

    it('evenly where none is rare', () => {
      const shades = shadesOf(firing(6144, 12288, 98304), 2);
      expect([-2, -1, 0, 1, 2].map((power) => shade(shades, power))).toEqual([-1, -0.5, 0, 0.5, 1]);
      expect(marksOf(shades).map(({ text }) => text)).toEqual(['1/4×', '1/2×', 'uniform', '2×', '4×']);
    });

    it('with a legend that says how far', () => {
      const marks = marksOf(shadesOf(firing(1, 24576, 98304), 2));
      expect(marks.map(({ text }) => text)).toEqual(['1/33k×', '1/4×', '1/2×', 'uniform', '2×', '4×']);
      expect(marks[0]?.at).toBe(-1);
      expect(marksOf(shadesOf(firing(24576, 98304), 1)).map(({ text }) => text)).toEqual(['1/2×', 'uniform', '≥ 2×']);
    });
  });
});
