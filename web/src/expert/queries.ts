import { call, literal, select } from '../api/sql';
import type { Scope } from '../app/place';

/** An expert of a run, at the tokens of a scope. */
export interface ExpertLook {
  run: number;
  scope: Scope;
  layer: number;
  expert: number;
}

function ofExpert({ layer, expert }: ExpertLook): string {
  return `layer = ${layer} AND expert = ${expert}`;
}

function atScope(look: ExpertLook): string {
  return `run_id = ${look.run} AND scope = ${literal(look.scope)} AND ${ofExpert(look)}`;
}

export function loadSql(look: ExpertLook): string {
  return select('n, activations, share, uniform_share, ratio, mean_weight', 'expert_utilisation', [atScope(look)], 'layer');
}

export function accuracySql(look: ExpertLook): string {
  return select(
    'n, correct, accuracy, wilson_low, wilson_high, lift, rest_n, rest_accuracy, q_value, stratified_lift, stratified_q_value',
    'expert_accuracy',
    [atScope(look)],
    'layer',
  );
}

export function subjectsSql(look: ExpertLook): string {
  return select("coalesce(nullif(subject, ''), 'no subject') AS subject, share, ratio, z, log_odds, activations, n", 'subject_specialisation', [atScope(look)], 'ratio DESC, subject');
}

/** Tokens that occur less often than this have a share by chance. */
export const LEAST_OCCURRENCES = 5;

export function tokensSql(look: ExpertLook, most: number): string {
  return select(
    'place, token_id, token, share, activations, n',
    call('tokens_of_expert', look.run, look.scope, look.layer, look.expert, LEAST_OCCURRENCES, most),
    [],
    'place',
  );
}

export function contextsSql(look: ExpertLook, most: number, width: number): string {
  return select(
    'place, question_id, position, weight, distance, token_id, token',
    call('contexts_of_expert', look.run, look.scope, look.layer, look.expert, most, width),
    [],
    'place, distance',
  );
}

/** Where fewer tokens are expected, the lift of a pair says little. */
export const LEAST_EXPECTED = 5;

export function togetherSql(look: ExpertLook): string {
  return select('other_expert, lift, z, share, together, expected, n', 'expert_coactivation', [`${atScope(look)} AND expected >= ${LEAST_EXPECTED}`], 'lift DESC, other_expert');
}

export function weightsSql(look: ExpertLook): string {
  return select('router_norm, gate_proj_norm, up_proj_norm, down_proj_norm', 'model_experts', [`run_id = ${look.run} AND ${ofExpert(look)}`], 'layer');
}

export function similarSql(look: ExpertLook): string {
  return select(
    'other_expert, weight_cosine, router_cosine, relative_distance',
    'expert_similarity',
    [`run_id = ${look.run} AND ${ofExpert(look)}`],
    'weight_cosine DESC, other_expert',
  );
}

/** What masking the expert did, in runs that did so. */
export function masksSql(look: ExpertLook): string {
  return select(
    'run_id, masked_experts, effect, log_probability_effect, n',
    'ablation',
    [`reference_run_id = ${look.run} AND scope = ${literal(look.scope)} AND ${ofExpert(look)}`],
    'masked_experts, run_id',
  );
}
