import type { Rows } from '../api/http';
import { numbers } from '../api/rows';
import { emptyMatrix, type Matrix, NEVER } from '../picture/matrix';

/** Layers from 0 downwards in rows, experts in columns: log2(share x experts), where uniform is 0. */
export interface Usage {
  matrix: Matrix;
  layers: number[];
  /** As the matrix. */
  activations: Float64Array;
  share: Float64Array;
  experts: number;
  never: number;
  /** Activations of one layer: tokens x top-k. */
  slots: number;
}

export function usageOf(rows: Rows): Usage {
  const [layer, expert, count] = ['layer', 'expert', 'activations'].map((name) => numbers(rows, name)) as [number[], number[], number[]];
  const layers = [...new Set(layer)].sort((a, b) => a - b);
  const experts = Math.max(-1, ...new Set(expert)) + 1;
  const rowOf = new Map(layers.map((number, index) => [number, index]));
  const matrix = emptyMatrix(layers.map(String), Array.from({ length: experts }, (_, index) => String(index)));
  const activations = new Float64Array(matrix.values.length);
  const totals = new Float64Array(layers.length);
  layer.forEach((number, index) => {
    const row = rowOf.get(number) as number;
    activations[row * experts + (expert[index] as number)] = count[index] as number;
    totals[row] = (totals[row] as number) + (count[index] as number);
  });
  const share = activations.map((value, index) => value / (totals[Math.floor(index / experts)] as number));
  share.forEach((value, index) => {
    matrix.values[index] = value === 0 ? NEVER : Math.log2(value * experts);
  });
  return {
    matrix,
    layers,
    activations,
    share,
    experts,
    never: activations.filter((value) => value === 0).length,
    slots: totals[0] ?? 0,
  };
}

/** How far the colours reach from uniform, in powers of two: as far as a router can go that always picks the same. */
export function reach(experts: number, topK: number): number {
  return Math.min(4, Math.max(1, Math.round(Math.log2(experts / Math.max(topK, 1)))));
}

/** The cell with the largest share: where to look first. */
export function busiest(usage: Usage): { layer: number; expert: number } | undefined {
  let best = -1;
  usage.share.forEach((value, index) => {
    if (value > (best < 0 ? 0 : (usage.share[best] as number))) {
      best = index;
    }
  });
  return best < 0 ? undefined : { layer: usage.layers[Math.floor(best / usage.experts)] as number, expert: best % usage.experts };
}

/** 1/4×, 2×: a power of two against uniform. */
export function times(power: number): string {
  return power < 0 ? `1/${2 ** -power}×` : `${2 ** power}×`;
}
