import { formatShare, formatSigned } from '../api/format';
import type { Rows } from '../api/http';
import { numbers, texts, values } from '../api/rows';
import { POLICIES, type Policy } from '../app/place';
import { emptyMatrix, type Matrix } from '../picture/matrix';
import type { Point } from './lines';

export const POLICY_NAMES: Record<Policy, string> = { lru: 'LRU', lfu: 'LFU', static: 'static', random: 'random', belady: 'Belady' };

export const POLICY_NOTES: Record<Policy, string> = {
  lru: 'LRU keeps what was used last',
  lfu: 'LFU keeps what was used most often so far',
  static: 'A static cache holds the most used experts of this run from the beginning and loads no others',
  random: 'Random drops any expert',
  belady: 'Belady knows what will be used: no policy that keeps the experts of a token has a higher hit rate',
};

/** The uses that a cache serves at each size, by a policy. */
export interface Curve {
  policy: Policy;
  points: Point[];
  /** Experts that are loaded for a token, by size. */
  misses: Map<number, number>;
  uses: number;
  tokens: number;
}

/** The curves in the order of the policies. */
export function curvesOf(rows: Rows): Curve[] {
  const [slots, rate, misses, uses, tokens] = ['slots', 'hit_rate', 'misses_per_token', 'n', 'tokens'].map((name) => numbers(rows, name)) as [
    number[], number[], number[], number[], number[],
  ];
  const policies = texts(rows, 'policy');
  return POLICIES.map((policy) => {
    const at = policies.flatMap((each, index) => (each === policy ? [index] : []));
    return {
      policy,
      points: at.map((index) => ({ x: slots[index] as number, y: rate[index] as number })),
      misses: new Map(at.map((index) => [slots[index] as number, misses[index] as number])),
      uses: uses[at[0] ?? -1] ?? 0,
      tokens: tokens[at[0] ?? -1] ?? 0,
    };
  }).filter(({ points }) => points.length > 0);
}

/** A size of a cache in a plan. */
export interface Size {
  slots: number;
  gigabytes: number;
  rate: number;
  loaded: number;
  stall: number;
  warm: number;
  fits: boolean;
  /** What it is: largest, knee, cliff. */
  marks: Mark[];
}

export type Mark = 'largest' | 'knee' | 'cliff';
const MARK_NAMES: Record<Mark, string> = { largest: 'largest that fits', knee: 'knee', cliff: 'cliff' };

export function sizesOf(rows: Rows): Size[] {
  const [slots, gigabytes, rate, loaded, stall, warm] = ['slots', 'size_gb', 'hit_rate', 'misses_per_token', 'stall_ms', 'warm_stall_ms'].map((name) =>
    numbers(rows, name),
  ) as [number[], number[], number[], number[], number[], number[]];
  const [fits, largest, knee, cliff] = ['fits', 'is_largest', 'is_knee', 'is_cliff'].map((name) => values(rows, name)) as [unknown[], unknown[], unknown[], unknown[]];
  return slots.map((number, index) => ({
    slots: number,
    gigabytes: gigabytes[index] as number,
    rate: rate[index] as number,
    loaded: loaded[index] as number,
    stall: stall[index] as number,
    warm: warm[index] as number,
    fits: fits[index] === true,
    marks: [...(largest[index] === true ? (['largest'] as const) : []), ...(knee[index] === true ? (['knee'] as const) : []), ...(cliff[index] === true ? (['cliff'] as const) : [])],
  }));
}

/** "knee and cliff: 16 experts". */
export function markText(marks: Mark[], slots: number): string {
  return `${marks.map((mark) => MARK_NAMES[mark]).join(' and ')}: ${slots}`;
}

/** The share of uses that are served, of each layer (rows) by slots (columns). */
export function layerMatrix(rows: Rows): { matrix: Matrix; layers: number[]; misses: Float64Array; tokens: number } {
  const [layer, slots, rate, misses, tokens] = ['layer', 'slots', 'hit_rate', 'misses_per_token', 'tokens'].map((name) => numbers(rows, name)) as [
    number[], number[], number[], number[], number[],
  ];
  const layers = [...new Set(layer)].sort((one, other) => one - other);
  const most = slots.reduce((one, other) => Math.max(one, other), 0);
  const rowOf = new Map(layers.map((number, index) => [number, index]));
  const matrix = emptyMatrix(layers.map(String), Array.from({ length: most }, (_, index) => String(index + 1)));
  const loaded = new Float64Array(matrix.values.length);
  layer.forEach((number, index) => {
    const cell = (rowOf.get(number) as number) * most + (slots[index] as number) - 1;
    matrix.values[cell] = rate[index] as number;
    loaded[cell] = misses[index] as number;
  });
  return { matrix, layers, misses: loaded, tokens: tokens[0] ?? 0 };
}

/** Experts that some tokens use together. */
export interface Use {
  layer: number;
  from: 'batch' | 'window';
  points: Point[];
  uniform: Point[];
  experts: number;
  n: number;
}

/** By layer, batches before windows; y is the share of the experts of the layer. */
export function usesOf(rows: Rows): Use[] {
  const [layer, tokens, distinct, uniform, experts, n] = ['layer', 'tokens', 'distinct_experts', 'uniform', 'experts', 'n'].map((name) => numbers(rows, name)) as [
    number[], number[], number[], number[], number[], number[],
  ];
  const uses = new Map<string, Use>();
  texts(rows, 'tokens_from').forEach((from, index) => {
    const [of, x] = [experts[index] as number, tokens[index] as number];
    const use = uses.get(`${layer[index]}/${from}`) ?? {
      layer: layer[index] as number,
      from: from === 'window' ? 'window' : 'batch',
      points: [],
      uniform: [],
      experts: of,
      n: n[index] as number,
    };
    use.points.push({ x, y: (distinct[index] as number) / of });
    use.uniform.push({ x, y: (uniform[index] as number) / of });
    uses.set(`${use.layer}/${from}`, use);
  });
  return [...uses.values()];
}

/** Intervals over fewer batches than these are not to be trusted, as placement says. */
export const FEWEST_BATCHES = 30;

/** "+8.1% (+4.8 to +11.4) gain"; without an interval where there are few batches. */
export function gainText(gain: number, low: number, high: number, verdict: string, batches: number): string {
  const signed = (value: number) => formatSigned(value * 100, 1);
  return batches < FEWEST_BATCHES ? `${signed(gain)}%` : `${signed(gain)}% (${signed(low)} to ${signed(high)}) ${verdict}`;
}

/** 20%, 100%, for an axis. */
export function percent(value: number): string {
  return `${Number((value * 100).toPrecision(6))}%`;
}

/** 0.5 GB, 12 GB, 1,020 GB. */
export function gigabytesText(value: number): string {
  const [number, unit] = value > 0 && value < 0.1 ? [value * 1000, 'MB'] : [value, 'GB'];
  return `${Number(number.toPrecision(number < 10 ? 2 : 3)).toLocaleString('en-US')} ${unit}`;
}

/** 16 ms, 3.4 ms, 0.052 ms. */
export function millisecondsText(value: number): string {
  return `${value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)))} ms`;
}

/** What a size means, in a sentence. */
export function sizeText(size: Size, timed: boolean): string {
  return `${timed ? `a token waits ${millisecondsText(size.stall)} for ` : 'a token loads '}${Number(size.loaded.toPrecision(3))} experts; ${formatShare(size.rate)} of the uses are served`;
}
