import type { CacheOf, Place, Policy } from '../app/place';
import type { Memory, Ranks } from './queries';

/** What the pictures of Serve are asked with. */
export interface Settings {
  cache: CacheOf;
  policy: Policy;
  /** Undefined where unknown: a recording has no bandwidth, and an import seldom the size of an expert. */
  megabytes: number | undefined;
  gigabytes: number | undefined;
  bandwidth: number | undefined;
  /** Experts of a layer that are kept for good. */
  resident: number;
  /** Further experts on each rank. */
  spare: number;
  ranks: Ranks;
}

/** Ends of the fields. placement knows up to 1024 copies of an expert. */
export const LIMITS = { ranks: [2, 1024], spare: [0, 64], batch: [1, 10_000] } as const;

/**
 * The settings of an address, with the defaults of the serving report: a quarter of the experts kept, four ranks with one
 * further expert each, batches of eight questions.
 *
 * @param experts of the layer with the most
 * @param megabytes of an expert, where the run knows it
 */
export function settingsOf(place: Place, experts: number, megabytes?: number): Settings {
  const ranks = within(place.ranks ?? 4, LIMITS.ranks);
  const spare = within(place.spare ?? 1, LIMITS.spare);
  return {
    cache: place.cache ?? 'model',
    policy: place.policy ?? 'lru',
    megabytes: place.megabytes ?? megabytes,
    gigabytes: place.gigabytes,
    bandwidth: place.bandwidth,
    resident: within(place.resident ?? Math.floor(experts / 4), [1, Math.max(1, experts)]),
    spare,
    // A rank holds whole experts, so their number is a multiple of the ranks.
    ranks: { ranks, replicas: Math.ceil(experts / ranks) * ranks + spare * ranks, batch: within(place.batch ?? 8, LIMITS.batch) },
  };
}

/**
 * The memory to ask a plan for. Which sizes are the knee and the cliff does not depend on it, so a plan of unknown sizes
 * is asked with 1 MB and 1 GB/s, and only its experts for each token are shown.
 */
export function memoryOf({ megabytes, gigabytes, bandwidth }: Settings): Memory {
  return { megabytes: megabytes ?? 1, gigabytes: gigabytes ?? 1, bandwidth: bandwidth ?? 1 };
}

function within(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(Math.max(value, least), most);
}
