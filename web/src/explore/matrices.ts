import type { Rows } from '../api/http';
import { lists, numbers, texts } from '../api/rows';
import { emptyMatrix, type Matrix, NEVER } from '../picture/matrix';
import { clusterOrder } from './cluster';

/** A matrix with what its cells are made of, in the same order. */
export interface Counted {
  matrix: Matrix;
  counts: Float64Array;
  /** Of each row. */
  totals: number[];
  /** Numbers of the rows and columns, in the order they are shown. */
  rowKeys: number[];
  columnKeys: number[];
}

/** Subjects by experts: log2(share of the subject's slots x experts). Clustered puts like beside like on both axes. */
export function subjectMatrix(rows: Rows, experts: number, clustered: boolean): Counted {
  const subject = texts(rows, 'subject');
  const names = [...new Set(subject)].sort();
  const counts = grid(names.map((name) => names.indexOf(name)), subject.map((name) => names.indexOf(name)), numbers(rows, 'expert'), numbers(rows, 'activations'), experts);
  const totals = counts.map((row) => row.reduce((sum, value) => sum + value, 0));
  const shares = counts.map((row, index) => row.map((value) => value / (totals[index] || 1)));
  const rowKeys = clustered ? clusterOrder(shares) : names.map((_, index) => index);
  const columnKeys = clustered ? clusterOrder(transposed(shares, experts)) : Array.from({ length: experts }, (_, index) => index);
  return made(rowKeys, columnKeys, names, counts, totals, (row, column) => Math.log2((shares[row]?.[column] ?? 0) * experts));
}

/** Experts by experts of one layer: log2 of how much more often than by chance two fire at the same token. */
export function togetherMatrix(rows: Rows, experts: number, topK: number, clustered: boolean): Counted & { tokens: number } {
  const all = Array.from({ length: experts }, (_, index) => index);
  const counts = grid(all, numbers(rows, 'expert'), numbers(rows, 'other_expert'), numbers(rows, 'together'), experts);
  const own = all.map((expert) => counts[expert]?.[expert] ?? 0);
  const tokens = own.reduce((sum, value) => sum + value, 0) / Math.max(topK, 1);
  const order = clustered ? clusterOrder(counts.map((row, index) => row.map((value) => value / (own[index] || 1)))) : all;
  const counted = made(order, order, all.map(String), counts, own, (row, column) => {
    const expected = ((own[row] as number) * (own[column] as number)) / tokens;
    return row === column || expected === 0 ? NaN : Math.log2((counts[row]?.[column] ?? 0) / expected);
  });
  return { ...counted, tokens };
}

/** Layers by experts: log2 of the share in one run over that in another. */
export function differenceMatrix(rows: Rows): Counted & { share: number[]; other: number[] } {
  const [layer, expert, share, other] = ['layer', 'expert', 'share', 'other_share'].map((name) => numbers(rows, name).map((value) => value || 0)) as [
    number[], number[], number[], number[],
  ];
  const layers = [...new Set(layer)].sort((a, b) => a - b);
  const experts = Math.max(-1, ...new Set(expert)) + 1;
  const columnKeys = Array.from({ length: experts }, (_, index) => index);
  const matrix = emptyMatrix(layers.map(String), columnKeys.map(String));
  const [shares, others] = [new Array<number>(matrix.values.length).fill(0), new Array<number>(matrix.values.length).fill(0)];
  layer.forEach((number, index) => {
    const at = layers.indexOf(number) * experts + (expert[index] as number);
    shares[at] = share[index] as number;
    others[at] = other[index] as number;
    matrix.values[at] = share[index] === 0 && other[index] === 0 ? NEVER : Math.log2((share[index] as number) / (other[index] as number));
  });
  // An expert that fires in one run alone is as far as the scale reaches, not missing.
  matrix.values.forEach((value, index) => {
    if (value === -Infinity && shares[index] !== others[index]) {
      matrix.values[index] = -99;
    } else if (value === Infinity) {
      matrix.values[index] = 99;
    }
  });
  return { matrix, counts: Float64Array.from(shares), totals: [], rowKeys: layers, columnKeys, share: shares, other: others };
}

/** Layers by experts: the weight of each expert that one token is sent to. */
export function routingMatrix(rows: Rows, experts: number): Matrix {
  const layers = numbers(rows, 'layer');
  const [chosen, weights] = [lists(rows, 'experts'), lists(rows, 'weights')];
  const matrix = emptyMatrix(layers.map(String), Array.from({ length: experts }, (_, index) => String(index)));
  layers.forEach((_, row) =>
    chosen[row]?.forEach((expert, rank) => {
      matrix.values[row * experts + expert] = weights[row]?.[rank] ?? NaN;
    }),
  );
  return matrix;
}

function grid(keys: number[], rows: number[], columns: number[], counts: number[], width: number): number[][] {
  const made = keys.map(() => new Array<number>(width).fill(0));
  rows.forEach((row, index) => {
    (made[row] as number[])[columns[index] as number] = counts[index] as number;
  });
  return made;
}

function transposed(rows: number[][], width: number): number[][] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? 0));
}

function made(rowKeys: number[], columnKeys: number[], names: string[], counts: number[][], totals: number[], value: (row: number, column: number) => number): Counted {
  const matrix = emptyMatrix(rowKeys.map((key) => names[key] ?? ''), columnKeys.map(String));
  const ordered = new Float64Array(matrix.values.length);
  rowKeys.forEach((row, y) =>
    columnKeys.forEach((column, x) => {
      const at = y * columnKeys.length + x;
      ordered[at] = counts[row]?.[column] ?? 0;
      matrix.values[at] = value(row, column);
    }),
  );
  return { matrix, counts: ordered, totals: rowKeys.map((row) => totals[row] ?? 0), rowKeys, columnKeys };
}
