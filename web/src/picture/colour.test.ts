import { describe, expect, it } from 'vitest';
import { colourAt, contrast, diverging, hex, inkOn, type Rgb, sequential } from './colour';

/** Viénot, Brettel and Mollon 1999: what a deuteranope sees, in linear RGB. */
function deuteranope([red, green, blue]: Rgb): [number, number, number] {
  const [r, g, b] = [red, green, blue].map((part) => (part / 255) ** 2.2) as [number, number, number];
  return [0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b];
}

describe('colours', () => {
  for (const dark of [false, true]) {
    it(`of a diverging scale stay apart for a deuteranope, ${dark ? 'dark' : 'light'}`, () => {
      const scale = diverging(dark);
      for (const distance of [0.25, 0.5]) {
        const below = deuteranope(colourAt(scale, 0.5 - distance));
        const above = deuteranope(colourAt(scale, 0.5 + distance));
        expect(Math.abs(below[2] - above[2])).toBeGreaterThan(0.1);
      }
    });

    it(`run one way from the middle, ${dark ? 'dark' : 'light'}`, () => {
      const middle = colourAt(diverging(dark), 0.5);
      for (const side of [-1, 1]) {
        let last = 1;
        for (let step = 1; step <= 10; step++) {
          const away = contrast(middle, colourAt(diverging(dark), 0.5 + (side * step) / 20));
          expect(away).toBeGreaterThan(last - 0.02);
          last = away;
        }
        expect(last).toBeGreaterThan(5);
      }
    });
  }

  it('are clipped', () => {
    expect(colourAt(sequential(false), -3)).toEqual(colourAt(sequential(false), 0));
    expect(colourAt(sequential(false), 9)).toEqual(colourAt(sequential(false), 1));
  });

  it('carry readable ink', () => {
    for (const dark of [false, true]) {
      for (const scale of [diverging(dark), sequential(dark)]) {
        for (const colour of scale.table) {
          const ink: Rgb = inkOn(colour) === '#ffffff' ? [255, 255, 255] : [0, 0, 0];
          expect(contrast(colour, ink)).toBeGreaterThan(4.5);
        }
      }
    }
    expect(hex([255, 0, 16])).toBe('#ff0010');
  });
});
