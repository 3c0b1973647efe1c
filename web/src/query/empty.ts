import { WEIGHTS_NOT_READ } from '../app/recorded';
import { withoutComments } from './statements';

/** Relations that are empty until the weights of a checkpoint are read. */
const OF_WEIGHTS = /\b(model_experts|expert_similarity|router_weight_agreement|weight_norm_agreement|layer_redundancy)\b/i;

/** Table functions and relations of what a run records only if it is asked to, with the option that asks. */
const RECORDED_ON_REQUEST: [RegExp, string][] = [
  [/\b(expert_norms|norm_gate_ranks|norm_gate_agreement)\b/i, 'Only runs that were started with --norms have norms of the outputs of experts.'],
  [/\b(gates|router_probabilities)\b/i, 'Only runs that were started with --probabilities all have the probabilities of all experts.'],
  [/\b(dropped_misses|generation_lengths|generations)\b/i, 'Only runs that were started with --max-new-tokens have generated text.'],
];

/** The other run of an example that compares two. */
const OTHER_RUN = /\(\s*SELECT max\(run_id\) FROM runs WHERE run_id <> \d+\s*\)/i;

/** The message of a result without rows, with what its relations need before they have any. */
export function emptyText(sql: string): string {
  const names = withoutComments(sql).replace(/'(?:[^']|'')*'/g, "''");
  if (OTHER_RUN.test(names)) {
    return 'No rows match. The statement compares two runs, and needs a second run that answered the same questions.';
  }
  // The conditions of the statement may be the reason as well.
  if (OF_WEIGHTS.test(names)) {
    return `No rows match. If the relation is empty: ${WEIGHTS_NOT_READ}`;
  }
  const option = RECORDED_ON_REQUEST.find(([relations]) => relations.test(names))?.[1];
  return option === undefined ? 'No rows match.' : `No rows match. ${option}`;
}
