import { select } from '../api/sql';

/** How questions without a subject are named. */
export const NO_SUBJECT = 'no subject';

/** Accuracy by subject, of the subjects with answers. */
export function subjectsSql(run: number): string {
  return select(`CASE WHEN subject = '' THEN '${NO_SUBJECT}' ELSE subject END AS subject, n, correct, accuracy, wilson_low, wilson_high, prompt_tokens`, 'subject_accuracy', [`run_id = ${run}`, 'n > 0'], 'subject');
}

/** The layers of the model, as the run had them; imports may know only some. */
export function layersSql(run: number): string {
  return select('layer, kind, experts, top_k, router, router_scale, renormalised, expert_bytes', 'layers', [`run_id = ${run}`, 'kind IS NOT NULL'], 'layer');
}

/** What the interventions of a run did, against runs of the same model without. */
export function effectsSql(run: number): string {
  return select(
    'reference_run_id, masked_experts, n, accuracy, reference_accuracy, effect, changed_answers, log_probability_effect, p_value',
    'intervention_effect',
    [`run_id = ${run}`],
    'reference_run_id',
  );
}

/** How long the generated texts are, and how many were cut. */
export function lengthsSql(run: number): string {
  return select('subject, n, mean_tokens, least_tokens, most_tokens, cut, cut_share, mean_seconds', 'generation_lengths', [`run_id = ${run}`], 'subject');
}
