import { describe, expect, it } from 'vitest';
import { clusterOrder } from './cluster';

describe('clustering', () => {
  it('puts like beside like', () => {
    const order = clusterOrder([
      [1, 0, 0],
      [0, 1, 0.1],
      [0.9, 0.1, 0],
      [0, 0.9, 0.2],
      [0, 0, 1],
    ]);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    const place = (index: number) => order.indexOf(index);
    expect(Math.abs(place(0) - place(2))).toBe(1);
    expect(Math.abs(place(1) - place(3))).toBe(1);
    expect(Math.abs(place(4) - place(0))).toBeGreaterThan(1);
  });

  it('takes vectors of nothing, and few of them', () => {
    expect(clusterOrder([])).toEqual([]);
    expect(clusterOrder([[0, 0]])).toEqual([0]);
    expect(clusterOrder([[0, 0], [1, 0], [0, 0]])).toHaveLength(3);
  });

  it('orders 256 vectors in no time that a reader would notice', () => {
    const vectors = Array.from({ length: 256 }, (_, row) => Array.from({ length: 64 }, (_, column) => Math.abs(Math.sin(row * 7 + column * 3))));
    expect(new Set(clusterOrder(vectors)).size).toBe(256);
  });
});
