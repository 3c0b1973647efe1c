import { call, select } from '../api/sql';
import type { CacheOf, Policy } from '../app/place';
import { type Look, ofScope } from '../overview/queries';

const CACHE_COLUMNS = 'layer, slots, hit_rate, cold_misses, evicted_misses, misses_per_token, n, tokens';

/**
 * The uses that a cache serves at each of its sizes. A static cache holds the most used experts of the run itself.
 *
 * @param layer of the cache, where each layer has one
 */
export function cacheSql(look: Look, policy: Policy, layer: number | undefined): string {
  return select(
    `'${policy}' AS policy, ${CACHE_COLUMNS}`,
    call('expert_cache', look.run, look.scope, layer === undefined ? 'model' : 'layer', policy, look.run),
    [layer !== undefined && `layer = ${layer}`],
    'policy, slots',
  );
}

/** The same of each layer. */
export function layerCachesSql(look: Look, policy: Policy): string {
  return select(CACHE_COLUMNS, call('expert_cache', look.run, look.scope, 'layer', policy, look.run), [], 'layer, slots');
}

/** Sizes in MB and GB, and a bandwidth in GB/s. */
export interface Memory {
  megabytes: number;
  gigabytes: number;
  bandwidth: number;
}

/** How long a token waits for experts that are not in the cache, and the sizes that stand out. */
export function planSql(look: Look, cache: CacheOf, policy: Policy, memory: Memory): string {
  return select(
    'slots, size_gb, hit_rate, misses_per_token, stall_ms, warm_stall_ms, fits, is_largest, is_knee, is_cliff, n',
    call('serve_plan', look.run, look.scope, cache, policy, memory.megabytes, memory.gigabytes, memory.bandwidth),
    [],
    'slots',
  );
}

/** Experts that unrelated tokens use together, in each layer. */
export function batchSql(look: Look): string {
  return workingSetSql(look, ["tokens_from = 'batch'"]);
}

/** Experts that neighbouring tokens of a question use together, in one layer: unlike batches, these read every decision. */
export function windowSql(look: Look, layer: number): string {
  return workingSetSql(look, ["tokens_from = 'window'", `layer = ${layer}`]);
}

function workingSetSql(look: Look, where: string[]): string {
  return select('layer, tokens_from, tokens, distinct_experts, over_k, uniform, experts, n', 'working_set', [ofScope(look), ...where], 'layer, tokens_from, tokens');
}

/** How many folds the questions are parted into: the set that the others choose is scored on one. */
export const FOLDS = 4;

/** The uses that a fixed set of experts serves on questions that it was not chosen on. */
export function hotSetSql(look: Look, resident: number): string {
  return select(
    'layer, resident, held_out, in_sample, oracle, uniform, gain_share, whole_tokens, activations_per_expert, n',
    call('hot_set', look.run, look.scope, resident, FOLDS),
    [],
    'layer',
  );
}

/** Ranks, physical experts of a layer over all of them, and questions of a batch. */
export interface Ranks {
  ranks: number;
  replicas: number;
  batch: number;
}

/** How even the load of ranks is with experts in the order of their numbers, and placed by their load. */
export function placementSql(look: Look, { ranks, replicas, batch }: Ranks): string {
  return select(
    'layer, default_efficiency, held_out, in_sample, bound, gain, low, high, verdict, moved, n',
    call('placement', look.run, look.scope, ranks, replicas, batch),
    [],
    'layer',
  );
}
