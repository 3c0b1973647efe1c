import type { Rows } from '../api/http';
import { numbers } from '../api/rows';
import { emptyMatrix, type Matrix, NEVER } from '../picture/matrix';

/** Layers from the first downwards in rows, experts in columns: log2 of the utilisation against uniform, which is 0. */
export interface Utilisation {
  matrix: Matrix;
  layers: number[];
  /** Of the layer with the most. */
  experts: number;
  /** As the matrix. */
  activations: Float64Array;
  /** Of the tokens. */
  share: Float64Array;
  /** Against uniform. */
  ratio: Float64Array;
  /** Experts of all layers, and those of them that never fired. */
  all: number;
  never: number;
  tokens: number;
}

export function utilisationOf(rows: Rows): Utilisation {
  const [layer, expert, tokens, activations, share, ratio] = ['layer', 'expert', 'n', 'activations', 'share', 'ratio'].map((name) => numbers(rows, name)) as [
    number[], number[], number[], number[], number[], number[],
  ];
  const layers = [...new Set(layer)].sort((a, b) => a - b);
  const experts = Math.max(-1, ...new Set(expert)) + 1;
  const rowOf = new Map(layers.map((number, index) => [number, index]));
  const matrix = emptyMatrix(layers.map(String), Array.from({ length: experts }, (_, index) => String(index)));
  const cells = layer.map((number, index) => (rowOf.get(number) as number) * experts + (expert[index] as number));
  const inCells = (values: number[]) => {
    const made = new Float64Array(matrix.values.length);
    cells.forEach((cell, index) => (made[cell] = values[index] as number));
    return made;
  };
  cells.forEach((cell, index) => (matrix.values[cell] = ratio[index] === 0 ? NEVER : Math.log2(ratio[index] as number)));
  return {
    matrix,
    layers,
    experts,
    activations: inCells(activations),
    share: inCells(share),
    ratio: inCells(ratio),
    all: cells.length,
    never: ratio.filter((value) => value === 0).length,
    tokens: tokens[0] ?? 0,
  };
}

/** The cell with the largest utilisation: where to look first. */
export function busiest({ ratio, layers, experts }: Utilisation): { layer: number; expert: number } | undefined {
  let best = -1;
  ratio.forEach((value, index) => {
    if (value > (best < 0 ? 0 : (ratio[best] as number))) {
      best = index;
    }
  });
  return best < 0 ? undefined : { layer: layers[Math.floor(best / experts)] as number, expert: best % experts };
}

/** 1/4×, 2×: a power of two against uniform. */
export function times(power: number): string {
  return power < 0 ? `1/${2 ** -power}×` : `${2 ** power}×`;
}

/** 2.35, 0.0042: two decimals, and for small ratios two digits; what fired at all is not "0.00". */
export function ratioText(ratio: number): string {
  return ratio >= 0.1 || ratio === 0 ? ratio.toFixed(2) : String(Number(ratio.toPrecision(2)));
}
