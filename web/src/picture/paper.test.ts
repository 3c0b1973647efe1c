import { describe, expect, it } from 'vitest';
import { COLUMNS, layoutWidth, points } from './paper';
import { strangers } from './pdf';

describe('figures for a paper', () => {
  it('are laid out so wide that letters of 11.5 pixels are printed in 7 points', () => {
    for (const columns of ['one', 'two'] as const) {
      expect((11.5 * points(COLUMNS[columns])) / layoutWidth(columns)).toBeCloseTo(7, 1);
    }
    expect(layoutWidth('one')).toBe(396);
    expect(layoutWidth('two')).toBe(829);
  });

  it('have the letters of the standard fonts in a PDF, and no others', () => {
    expect(strangers('layer 3, 95%: ≤ 1/4× – “größer” −0.5 → €')).toEqual([]);
    expect(strangers('日本 日 λ\u0001')).toEqual(['日', '本', 'λ', '\u0001']);
  });
});
