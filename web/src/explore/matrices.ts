import type { Rows } from '../api/http';
import { lists, numbers, texts } from '../api/rows';
import { emptyMatrix, type Matrix, NEVER } from '../picture/matrix';
import { clusterOrder } from './cluster';

/** A matrix with the figures behind its cells, in the same order. */
export interface Counted {
  matrix: Matrix;
  /** Of each cell. */
  counts: Float64Array;
  share: Float64Array;
  /** Standard errors from what the others, or chance, have. */
  z: Float64Array;
  /** Tokens of each row. */
  totals: number[];
  /** Numbers of the rows and columns, in the order they are shown. */
  rowKeys: number[];
  columnKeys: number[];
}

/** The figures of a cell. */
interface Figures {
  count: number;
  share: number;
  value: number;
  z: number;
}

/** The name of the subject of imports that name none. */
export const UNNAMED = 'no subject';

/** Subjects by experts: log2 of the utilisation against uniform. Clustered, similar rows and similar columns are adjacent. */
export function subjectMatrix(rows: Rows, experts: number, clustered: boolean): Counted {
  const subject = texts(rows, 'subject');
  const names = [...new Set(subject)].sort();
  const at = new Map(names.map((name, index) => [name, index]));
  const [expert, tokens, activations, share, ratio, z] = ['expert', 'n', 'activations', 'share', 'ratio', 'z'].map((name) => numbers(rows, name)) as [
    number[], number[], number[], number[], number[], number[],
  ];
  const figures = grid(names.length, experts, { count: 0, share: 0, value: NaN, z: NaN });
  const totals = names.map(() => 0);
  subject.forEach((name, index) => {
    const row = at.get(name) as number;
    const value = ratio[index] as number;
    totals[row] = tokens[index] as number;
    (figures[row] as Figures[])[expert[index] as number] = {
      count: activations[index] as number,
      share: share[index] as number,
      value: value === 0 ? NEVER : Math.log2(value),
      z: z[index] as number,
    };
  });
  const shares = figures.map((row) => row.map((cell) => cell.share));
  const rowKeys = clustered ? clusterOrder(shares) : names.map((_, index) => index);
  const columnKeys = clustered ? clusterOrder(transposed(shares, experts)) : numbersTo(experts);
  return ordered(rowKeys, columnKeys, names.map((name) => (name === '' ? UNNAMED : name)), figures, totals);
}

/** Experts by experts of one layer: log2 of how many times more often two are chosen for the same token than if they were independent. */
export function coactivationMatrix(rows: Rows, experts: number, clustered: boolean): Counted & { tokens: number } {
  const all = numbersTo(experts);
  const [expert, other, tokens, own, together, share, lift, z] = ['expert', 'other_expert', 'tokens', 'n', 'together', 'share', 'lift', 'z'].map((name) =>
    numbers(rows, name),
  ) as [number[], number[], number[], number[], number[], number[], number[], number[]];
  const totals = all.map(() => 0);
  expert.forEach((number, index) => (totals[number] = own[index] as number));
  // Two that both fired and have no row were never chosen together.
  const figures = all.map((one) => all.map((two) => ({ count: 0, share: 0, value: one !== two && totals[one] !== 0 && totals[two] !== 0 ? NEVER : NaN, z: NaN })));
  all.forEach((one) => ((figures[one] as Figures[])[one] = { count: totals[one] as number, share: totals[one] === 0 ? 0 : 1, value: NaN, z: NaN }));
  expert.forEach((number, index) => {
    (figures[number] as Figures[])[other[index] as number] = {
      count: together[index] as number,
      share: share[index] as number,
      value: Math.log2(lift[index] as number),
      z: z[index] as number,
    };
  });
  const order = clustered ? clusterOrder(figures.map((row) => row.map((cell) => cell.share))) : all;
  return { ...ordered(order, order, all.map(String), figures, totals), tokens: tokens[0] ?? 0 };
}

/** The same without columns of which nothing was counted, and with `rowsToo` without such rows. */
export function withoutUnused<T extends Counted>(counted: T, rowsToo: boolean): T {
  const width = counted.columnKeys.length;
  const count = (row: number, column: number) => counted.counts[row * width + column] ?? 0;
  const [rows, columns] = [counted.rowKeys.map((_, index) => index), counted.columnKeys.map((_, index) => index)];
  const keptRows = rowsToo ? rows.filter((row) => columns.some((column) => count(row, column) > 0)) : rows;
  const keptColumns = columns.filter((column) => rows.some((row) => count(row, column) > 0));
  const kept = (values: Float64Array) => Float64Array.from(keptRows.flatMap((row) => keptColumns.map((column) => values[row * width + column] ?? NaN)));
  const { matrix } = counted;
  return {
    ...counted,
    matrix: {
      rows: keptRows.map((row) => matrix.rows[row] ?? ''),
      columns: keptColumns.map((column) => matrix.columns[column] ?? ''),
      values: kept(matrix.values),
    },
    counts: kept(counted.counts),
    share: kept(counted.share),
    z: kept(counted.z),
    totals: keptRows.map((row) => counted.totals[row] ?? 0),
    rowKeys: keptRows.map((row) => counted.rowKeys[row] ?? 0),
    columnKeys: keptColumns.map((column) => counted.columnKeys[column] ?? 0),
  };
}

/** Layers by experts: log2 of the utilisation in one run over that in another. */
export function differenceMatrix(rows: Rows): Counted & { other: Float64Array } {
  const [layer, expert, share, other, change] = ['layer', 'expert', 'share', 'other_share', 'change'].map((name) => numbers(rows, name)) as [
    number[], number[], number[], number[], number[],
  ];
  const layers = [...new Set(layer)].sort((a, b) => a - b);
  const columnKeys = numbersTo(Math.max(-1, ...new Set(expert)) + 1);
  const matrix = emptyMatrix(layers.map(String), columnKeys.map(String));
  const [shares, others] = [new Float64Array(matrix.values.length), new Float64Array(matrix.values.length)];
  layer.forEach((number, index) => {
    const at = layers.indexOf(number) * columnKeys.length + (expert[index] as number);
    shares[at] = share[index] as number;
    others[at] = other[index] as number;
    matrix.values[at] = logOfChange(share[index] as number, other[index] as number, change[index] as number);
  });
  return { matrix, counts: shares, share: shares, z: new Float64Array(shares.length).fill(NaN), totals: [], rowKeys: layers, columnKeys, other: others };
}

/** An expert that fires in one run alone is as far as the scale reaches, not missing. */
function logOfChange(share: number, other: number, change: number): number {
  if (share === 0 || other === 0) {
    return share === other ? NEVER : share === 0 ? -99 : 99;
  }
  return Math.log2(change);
}

/** Layers by experts: the weight of each expert that one token is sent to; 1 where weights are not recorded. */
export function routingMatrix(rows: Rows, experts: number): Matrix {
  const layers = numbers(rows, 'layer');
  const [chosen, weights] = [lists(rows, 'experts'), lists(rows, 'weights')];
  const matrix = emptyMatrix(layers.map(String), numbersTo(experts).map(String));
  layers.forEach((_, row) =>
    chosen[row]?.forEach((expert, rank) => {
      matrix.values[row * experts + expert] = weights[row]?.[rank] ?? 1;
    }),
  );
  return matrix;
}

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function grid(rows: number, columns: number, empty: Figures): Figures[][] {
  return Array.from({ length: rows }, () => new Array<Figures>(columns).fill(empty));
}

function transposed(rows: number[][], width: number): number[][] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? 0));
}

function ordered(rowKeys: number[], columnKeys: number[], names: string[], figures: Figures[][], totals: number[]): Counted {
  const matrix = emptyMatrix(rowKeys.map((key) => names[key] ?? ''), columnKeys.map(String));
  const [counts, share, z] = [new Float64Array(matrix.values.length), new Float64Array(matrix.values.length), new Float64Array(matrix.values.length)];
  rowKeys.forEach((row, y) =>
    columnKeys.forEach((column, x) => {
      const at = y * columnKeys.length + x;
      const cell = figures[row]?.[column];
      counts[at] = cell?.count ?? 0;
      share[at] = cell?.share ?? 0;
      z[at] = cell?.z ?? NaN;
      matrix.values[at] = cell?.value ?? NaN;
    }),
  );
  return { matrix, counts, share, z, totals: rowKeys.map((row) => totals[row] ?? 0), rowKeys, columnKeys };
}
