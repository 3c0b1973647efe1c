import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { ABSENT } from '../picture/matrix';
import { curvesOf, gainText, gigabytesText, layerMatrix, markText, millisecondsText, percent, sizesOf, sizeText, usesOf } from './curves';

describe('curves', () => {
  it('are those of the policies that are there, in one order', () => {
    const rows = answer(['policy', 'slots', 'hit_rate', 'misses_per_token', 'n', 'tokens'], [
      ['belady', 1, 0.5, 2, 40, 10],
      ['belady', 2, 1, 0, 40, 10],
      ['lru', 1, 0.25, 3, 40, 10],
    ]);
    const curves = curvesOf(rows);
    expect(curves.map(({ policy }) => policy)).toEqual(['lru', 'belady']);
    expect(curves[1]).toMatchObject({ points: [{ x: 1, y: 0.5 }, { x: 2, y: 1 }], uses: 40, tokens: 10 });
    expect(curves[1]?.misses.get(1)).toBe(2);
  });

  it('of a plan have marks, several on one size too', () => {
    const columns = ['slots', 'size_gb', 'hit_rate', 'misses_per_token', 'stall_ms', 'warm_stall_ms', 'fits', 'is_largest', 'is_knee', 'is_cliff'];
    const sizes = sizesOf(answer(columns, [
      [16, 0.2, 0.4, 9.607, 34.585, 34.5, true, false, true, true],
      [39, 0.49, 0.722, 4.453, 16.03, 16, true, true, false, false],
    ]));
    expect(sizes.map(({ marks }) => marks)).toEqual([['knee', 'cliff'], ['largest']]);
    expect(sizes.map(({ marks, slots }) => markText(marks, slots))).toEqual(['knee and cliff: 16', 'largest that fits: 39']);
    expect(sizes.map((size) => sizeText(size, size.slots === 39))).toEqual([
      'a token loads 9.61 experts; 40.0% of the uses are served',
      'a token waits 16 ms for 4.45 experts; 72.2% of the uses are served',
    ]);
  });

  it('of layers are a matrix, with gaps where a layer has fewer experts', () => {
    const { matrix, layers, misses, tokens } = layerMatrix(answer(['layer', 'slots', 'hit_rate', 'misses_per_token', 'tokens'], [
      [3, 1, 0.5, 1, 7],
      [1, 1, 0.25, 2, 7],
      [1, 2, 1, 0, 7],
    ]));
    expect(layers).toEqual([1, 3]);
    expect(matrix).toMatchObject({ rows: ['1', '3'], columns: ['1', '2'] });
    expect([...matrix.values]).toEqual([0.25, 1, 0.5, ABSENT]);
    expect([...misses]).toEqual([2, 0, 1, 0]);
    expect(tokens).toBe(7);
  });

  it('of working sets are shares of the experts of each layer', () => {
    const uses = usesOf(answer(['layer', 'tokens_from', 'tokens', 'distinct_experts', 'uniform', 'experts', 'n'], [
      [0, 'batch', 1, 4, 4, 16, 90],
      [0, 'batch', 2, 6, 7, 16, 90],
      [1, 'batch', 1, 2, 2, 8, 90],
      [0, 'window', 1, 4, 4, 16, 90],
    ]));
    expect(uses.map(({ layer, from, points }) => [layer, from, points])).toEqual([
      [0, 'batch', [{ x: 1, y: 0.25 }, { x: 2, y: 0.375 }]],
      [1, 'batch', [{ x: 1, y: 0.25 }]],
      [0, 'window', [{ x: 1, y: 0.25 }]],
    ]);
    expect(uses[0]?.uniform[1]?.y).toBe(7 / 16);
  });

  it('have figures as people read them', () => {
    expect(gainText(0.081, 0.048, 0.114, 'gain', 65)).toBe('+8.1% (+4.8 to +11.4) gain');
    expect(gainText(-0.016, -0.033, 0.002, 'unclear', 65)).toBe('−1.6% (−3.3 to +0.2) unclear');
    expect(gainText(0.081, 0.048, 0.114, 'gain', 3)).toBe('+8.1%');
    expect([0.2, 1, 0.55].map(percent)).toEqual(['20%', '100%', '55%']);
    expect([0, 0.000246, 0.0123, 0.126, 1.26, 806.4, 12_345].map(gigabytesText)).toEqual(['0 GB', '0.25 MB', '12.3 MB', '0.13 GB', '1.3 GB', '806 GB', '12,300 GB']);
    expect([0.0523, 3.449, 57.6, 1234.5].map(millisecondsText)).toEqual(['0.0523 ms', '3.45 ms', '57.6 ms', '1,235 ms']);
  });
});
