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

/** Of the colours below uniform, the part that reaches as far as those above it; the rest is for still rarer experts. */
const NEAR = 2 / 3;

/** How far the colours reach, in powers of two from uniform. */
export interface Shades {
  /** Upwards, and as far downwards without the rarest experts. */
  limit: number;
  /** Down to the rarest expert that fires at all. */
  rarest: number;
  /** Whether an expert is used more than the last colour says. */
  clipped: boolean;
}

export function shadesOf({ matrix }: Utilisation, limit: number): Shades {
  const powers = matrix.values.filter(Number.isFinite);
  const [least, most] = powers.reduce(([low, high], power) => [Math.min(low, power), Math.max(high, power)], [0, 0]);
  return { limit, rarest: Math.max(limit, Math.ceil(-least)), clipped: most > limit };
}

/** The place of a power of two on the colours, from -1 for the rarest expert over 0 for uniform to 1; never and no value stay. */
export function shade({ limit, rarest }: Shades, power: number): number {
  if (!Number.isFinite(power) || power >= 0 || rarest === limit) {
    return power / limit;
  }
  return power >= -limit ? (NEAR * power) / limit : -NEAR + ((1 - NEAR) * (power + limit)) / (rarest - limit);
}

/** The legend of the colours. */
export function marksOf(shades: Shades): { at: number; text: string }[] {
  const { limit, rarest, clipped } = shades;
  const near = Array.from({ length: 2 * limit + 1 }, (_, index) => index - limit).filter((power) => limit < 4 || power % 2 === 0);
  return [...(rarest > limit ? [-rarest] : []), ...near].map((power) => ({
    at: shade(shades, power),
    text: power === 0 ? 'uniform' : `${power === limit && clipped ? '≥ ' : ''}${times(power)}`,
  }));
}

/** 1/4×, 1/16k×, 2×: a power of two against uniform. */
export function times(power: number): string {
  return power < 0 ? `1/${short(2 ** -power)}×` : `${2 ** power}×`;
}

function short(count: number): string {
  return count < 1000 ? String(count) : count < 1e6 ? `${Math.round(count / 1000)}k` : `${Math.round(count / 1e6)}M`;
}

/** 2.35, 0.0042: two decimals, and for small ratios two digits; what fired at all is not "0.00". */
export function ratioText(ratio: number): string {
  return ratio >= 0.1 || ratio === 0 ? ratio.toFixed(2) : String(Number(ratio.toPrecision(2)));
}
