import type { Rows } from '../api/http';
import { numbers } from '../api/rows';

/** A layer with experts of the model of a run; layers of one model may differ. */
export interface ModelLayer {
  layer: number;
  experts: number;
  topK: number;
  /** Size of an expert; 0 where it is not known. */
  expertBytes: number;
}

/** The layers by run. */
export function layersOf(rows: Rows): Map<number, ModelLayer[]> {
  const [layer, experts, topK, bytes] = ['layer', 'experts', 'top_k', 'expert_bytes'].map((name) => numbers(rows, name)) as [number[], number[], number[], number[]];
  const layers = new Map<number, ModelLayer[]>();
  numbers(rows, 'run_id').forEach((run, index) => {
    const known = layers.get(run) ?? [];
    known.push({ layer: layer[index] as number, experts: experts[index] as number, topK: topK[index] as number, expertBytes: bytes[index] as number });
    layers.set(run, known);
  });
  return layers;
}

/** Experts of a layer; of all layers the most, where the layer is not known. */
export function expertsIn(layers: ModelLayer[], layer?: number): number {
  return layers.find((each) => each.layer === layer)?.experts ?? Math.max(0, ...layers.map(({ experts }) => experts));
}

/** The mean size of an expert in MB, three digits of it; undefined where it is not known of all layers. */
export function expertMegabytes(layers: ModelLayer[]): number | undefined {
  if (layers.length === 0 || layers.some(({ expertBytes }) => expertBytes === 0)) {
    return undefined;
  }
  const bytes = layers.reduce((sum, { experts, expertBytes }) => sum + experts * expertBytes, 0);
  return Number((bytes / layers.reduce((sum, { experts }) => sum + experts, 0) / 1e6).toPrecision(3));
}

/**
 * "4 × 16, top 4", with ranges where layers differ; "3 of 16 × 4, top 2" where not all layers of the model are among them.
 *
 * @param all number of layers of the model
 */
export function shapeText(layers: ModelLayer[], all = layers.length): string {
  return layers.length === 0 ? '' : `${layers.length}${all > layers.length ? ` of ${all}` : ''} × ${range(layers.map(({ experts }) => experts))}, top ${range(layers.map(({ topK }) => topK))}`;
}

/** The share of tokens that an expert receives where all are chosen equally often, "4/16"; in words where layers differ. */
export function uniformShare(layers: ModelLayer[]): string {
  const [first] = layers;
  return first !== undefined && layers.every(({ experts, topK }) => experts === first.experts && topK === first.topK)
    ? `${first.topK}/${first.experts}`
    : 'top-k / experts of the layer';
}

/** Whether two runs can be compared expert by expert. */
export function sameShape(one: ModelLayer[], other: ModelLayer[]): boolean {
  return one.length > 0 && one.length === other.length && one.every(({ layer, experts }, index) => other[index]?.layer === layer && other[index]?.experts === experts);
}

/** Powers of two from uniform to the ends of the colours: as far as a router can go that always picks the same experts. */
export function reach(layers: ModelLayer[]): number {
  const furthest = Math.max(1, ...layers.map(({ experts, topK }) => experts / Math.max(topK, 1)));
  return Math.min(4, Math.max(1, Math.round(Math.log2(furthest))));
}

function range(values: number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least}–${most}`;
}
