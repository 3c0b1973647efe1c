import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { expertMegabytes, expertsIn, layersOf, type ModelLayer, reach, sameShape, shapeText, uniformShare } from './layers';

function alike(count: number, experts: number, topK: number): ModelLayer[] {
  return Array.from({ length: count }, (_, layer) => ({ layer, experts, topK, expertBytes: 0 }));
}

describe('layers', () => {
  const mixed = layersOf(answer(['run_id', 'layer', 'experts', 'top_k', 'expert_bytes'], [[2, 1, 64, 6, 3_059_712], [2, 2, 160, 8, 2_654_208], [1, 0, 16, 4, 0]])).get(2) ?? [];

  it('may differ within a model', () => {
    expect(mixed).toEqual([{ layer: 1, experts: 64, topK: 6, expertBytes: 3_059_712 }, { layer: 2, experts: 160, topK: 8, expertBytes: 2_654_208 }]);
    expect([1, 2, 7].map((layer) => expertsIn(mixed, layer))).toEqual([64, 160, 160]);
    expect(shapeText(mixed)).toBe('2 × 64–160, top 6–8');
    expect(shapeText(alike(4, 16, 4))).toBe('4 × 16, top 4');
    expect(shapeText(alike(3, 4, 2), 16)).toBe('3 of 16 × 4, top 2');
    expect(shapeText([])).toBe('');
    expect(uniformShare(mixed)).toBe('top-k / experts of the layer');
    expect(uniformShare(alike(4, 16, 4))).toBe('4/16');
  });

  it('have experts of a mean size, where all are known', () => {
    expect(expertMegabytes(mixed)).toBe(2.77);
    expect(expertMegabytes([...mixed, ...alike(1, 16, 4)])).toBeUndefined();
    expect(expertMegabytes([])).toBeUndefined();
  });

  it('are compared by their experts', () => {
    expect(sameShape(alike(2, 16, 4), alike(2, 16, 2))).toBe(true);
    expect(sameShape(alike(2, 16, 4), alike(2, 8, 4))).toBe(false);
    expect(sameShape(mixed, alike(2, 64, 6))).toBe(false);
    expect(sameShape([], [])).toBe(false);
  });

  it('colour as far as a router can go', () => {
    expect(reach(alike(1, 16, 4))).toBe(2);
    expect(reach(alike(1, 64, 8))).toBe(3);
    expect(reach(alike(1, 256, 8))).toBe(4);
    expect(reach(alike(1, 8, 8))).toBe(1);
    expect(reach(mixed)).toBe(4);
    expect(reach([])).toBe(1);
  });
});
