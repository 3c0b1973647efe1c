export interface Example {
  group: string;
  title: string;
  about: string;
  sql: string;
  /** The relation that it shows, where it shows one of the analysis views. */
  view?: string;
}

/** Examples whose views this server has. */
export function examplesFor(run: number, question: number, relations: string[]): Example[] {
  return examples(run, question).filter((example) => example.view === undefined || relations.includes(example.view));
}

/** Queries to start from, about one run and one of its questions. */
export function examples(run: number, question: number): Example[] {
  return [
    {
      group: 'The file',
      title: 'Runs in this file',
      about: 'Which model answered which quiz',
      sql: `SELECT run_id, name, model, task, questions, layers, experts, top_k, scope, status
FROM runs
ORDER BY run_id`,
    },
    {
      group: 'Answers',
      title: 'Accuracy by subject',
      about: 'Share of right answers, with intervals',
      sql: `SELECT subject, n, 1.0 * correct / n AS accuracy, WILSON_LOW(correct, n) AS wilson_low, WILSON_HIGH(correct, n) AS wilson_high
FROM (
    SELECT q.subject, COUNT(*) AS n, COUNT(*) FILTER (WHERE a.correct) AS correct
    FROM answers AS a
    JOIN questions AS q ON q.question_id = a.question_id
    WHERE a.run_id = ${run}
    GROUP BY q.subject
) AS counted
ORDER BY accuracy DESC, subject`,
    },
    {
      group: 'Answers',
      title: 'Wrong with confidence',
      about: 'Wrong answers that the model was surest of',
      sql: `SELECT a.question_id, q.subject, q.question, q.answer, a.predicted, LIST_MAX(a.log_probabilities) AS log_probability
FROM answers AS a
JOIN questions AS q ON q.question_id = a.question_id
WHERE a.run_id = ${run} AND NOT a.correct
ORDER BY log_probability DESC
LIMIT 50`,
    },
    {
      group: 'Experts',
      title: 'Experts that never fire',
      about: 'By layer, with the tokens looked at',
      view: 'unused_experts',
      sql: `SELECT *
FROM unused_experts
WHERE run_id = ${run}
ORDER BY scope, layer`,
    },
    {
      group: 'Experts',
      title: 'Busiest experts',
      about: 'Share of the routing slots of each layer',
      view: 'experts',
      sql: `SELECT layer, expert, activations, 1.0 * activations / SUM(activations) OVER (PARTITION BY layer) AS share
FROM experts
WHERE run_id = ${run} AND scope = 'last_prompt'
ORDER BY layer, expert`,
    },
    {
      group: 'Experts',
      title: 'Accuracy per expert',
      about: 'Right answers where it fired, with intervals',
      view: 'expert_accuracy',
      sql: `SELECT layer, expert, n, accuracy, wilson_low, wilson_high, lift
FROM expert_accuracy
WHERE run_id = ${run} AND scope = 'last_prompt' AND n >= 30
ORDER BY wilson_low DESC, layer, expert`,
    },
    {
      group: 'Experts',
      title: 'Accuracy per expert and subject',
      about: 'Whether an expert is good, or its subjects easy',
      view: 'expert_subject_accuracy',
      sql: `SELECT layer, expert, subject, n, accuracy, wilson_low, wilson_high
FROM expert_subject_accuracy
WHERE run_id = ${run} AND scope = 'last_prompt' AND n >= 30
ORDER BY wilson_high, layer, expert, subject
LIMIT 60`,
    },
    {
      group: 'Experts',
      title: 'Unused, had fewer been asked',
      about: 'How the count of unused experts falls with questions',
      view: 'unused_rarefaction',
      sql: `SELECT 'layer ' || CAST(layer AS VARCHAR) AS of_layer, questions AS step, unused, uniform_unused, n
FROM unused_rarefaction
WHERE run_id = ${run} AND scope = 'last_prompt'
ORDER BY layer, questions`,
    },
    {
      group: 'Experts',
      title: 'Load of each layer',
      about: 'How evenly a layer uses its experts',
      view: 'layer_load',
      sql: `SELECT layer, balancedness, max_violation, gini, effective_experts, busiest_share, n
FROM layer_load
WHERE run_id = ${run} AND scope = 'prompt'
ORDER BY layer`,
    },
    {
      group: 'Experts',
      title: 'Standing committee',
      about: 'Experts that matter to most subjects',
      view: 'standing_committee',
      sql: `SELECT layer, expert, present_in, subjects, mean_rank, contribution, in_committee, committee_size, coverage
FROM standing_committee
WHERE run_id = ${run} AND scope = 'prompt'
ORDER BY in_committee DESC, mean_rank, layer, expert
LIMIT 50`,
    },
    {
      group: 'Experts',
      title: 'Specialists of a subject',
      about: 'Subjects that an expert is sent more of than others',
      view: 'subject_specialisation',
      sql: `SELECT layer, expert, subject, share, uniform_share, log_odds, z, n
FROM subject_specialisation
WHERE run_id = ${run} AND scope = 'last_prompt'
ORDER BY log_odds DESC, layer, expert, subject
LIMIT 50`,
    },
    {
      group: 'Togetherness',
      title: 'Experts that fire together',
      about: 'Pairs at the same token, against chance',
      view: 'expert_coactivation',
      sql: `SELECT expert, other_expert, together, share, lift, n
FROM expert_coactivation
WHERE run_id = ${run} AND scope = 'last_prompt' AND layer = 0
ORDER BY expert, other_expert`,
    },
    {
      group: 'Togetherness',
      title: 'From layer to layer',
      about: 'Where the tokens of an expert go next',
      view: 'expert_transitions',
      sql: `SELECT expert, next_expert, together, share, lift, n
FROM expert_transitions
WHERE run_id = ${run} AND scope = 'last_prompt' AND layer = 0
ORDER BY expert, next_expert`,
    },
    {
      group: 'Togetherness',
      title: 'From token to token',
      about: 'Whether neighbours share experts: what a cache would find',
      view: 'expert_reuse',
      sql: `SELECT layer, reuse, chance, n
FROM expert_reuse
WHERE run_id = ${run} AND scope = 'prompt'
ORDER BY layer`,
    },
    {
      group: 'The gate',
      title: 'Gate entropy by layer',
      about: 'How sharp the router is, against uniform',
      view: 'gate_entropy',
      sql: `SELECT scope, layer, n, mean_token_entropy, uniform_entropy, normalised_token_entropy, mean_mass
FROM gate_entropy
WHERE run_id = ${run}
ORDER BY scope, layer`,
    },
    {
      group: 'The gate',
      title: 'Margins of the choice',
      about: 'How near the last chosen expert was to the next',
      view: 'routing_margins',
      sql: `SELECT layer, mean_margin, near_ties, share_below_0_001, share_below_0_01, n
FROM routing_margins
WHERE run_id = ${run} AND scope = 'last_prompt'
ORDER BY layer`,
    },
    {
      group: 'The gate',
      title: 'Near decisions',
      about: 'Where a little noise would choose another expert',
      sql: `SELECT question_id, "position", layer, experts, margin
FROM token_routing
WHERE run_id = ${run}
ORDER BY margin
LIMIT 100`,
    },
    {
      group: 'The gate',
      title: 'Surer where right?',
      about: 'Entropy and margin of right and wrong answers',
      sql: `SELECT r.layer, CASE WHEN a.correct THEN 'right' ELSE 'wrong' END AS outcome, COUNT(*) AS n, AVG(r.entropy) AS entropy, AVG(r.margin) AS margin
FROM token_routing AS r
JOIN answers AS a ON a.run_id = r.run_id AND a.question_id = r.question_id
WHERE r.run_id = ${run} AND r.is_last_prompt
GROUP BY r.layer, a.correct
ORDER BY r.layer, outcome`,
    },
    {
      group: 'Tokens',
      title: 'Where one question went',
      about: `The last token of question ${question}, layer by layer`,
      sql: `SELECT layer, experts, weights, entropy, margin
FROM token_routing
WHERE run_id = ${run} AND is_last_prompt AND question_id = ${question}
ORDER BY layer`,
    },
    {
      group: 'Tokens',
      title: 'Tokens with an expert of their own',
      about: 'Tokens that always go to the same few experts',
      sql: `SELECT t.token, COUNT(DISTINCT a.expert) AS experts, COUNT(*) AS activations
FROM activations AS a
JOIN tokens AS t ON t.run_id = a.run_id AND t.question_id = a.question_id AND t."position" = a."position"
WHERE a.run_id = ${run} AND a.layer = 0
GROUP BY t.token
ORDER BY experts, activations DESC
LIMIT 50`,
    },
    {
      group: 'Tokens',
      title: 'Experts of a token',
      about: 'Tokens of the vocabulary that belong to an expert',
      view: 'vocabulary_specialisation',
      sql: `SELECT layer, token, expert, share, top_1_share, n
FROM vocabulary_specialisation
WHERE run_id = ${run} AND scope = 'prompt' AND n >= 10
ORDER BY share DESC, n DESC, layer, token, expert
LIMIT 50`,
    },
    {
      group: 'Tokens',
      title: 'Questions routed alike',
      about: `By the weights that their last tokens get, to question ${question}`,
      view: 'question_similarity',
      sql: `SELECT s.similarity, s.same_subject, s.other_question_id, q.subject, q.question
FROM question_similarity AS s
JOIN questions AS q ON q.question_id = s.other_question_id
WHERE s.run_id = ${run} AND s.question_id = ${question} AND s.basis = 'top_k'
ORDER BY s.similarity DESC, s.other_question_id
LIMIT 20`,
    },
    {
      group: 'Which experts matter',
      title: 'Criteria to prune by',
      about: 'What the literature looks at, side by side',
      view: 'pruning_criteria',
      sql: `SELECT layer, expert, frequency, gate_mass, mean_weight, ean_mean, reap, n
FROM pruning_criteria
WHERE run_id = ${run} AND scope = 'prompt'
ORDER BY gate_mass, layer, expert
LIMIT 50`,
    },
    {
      group: 'Which experts matter',
      title: 'Do the criteria agree?',
      about: 'Rank correlation of each two, by layer',
      view: 'criteria_agreement',
      sql: `SELECT criterion || ' and ' || other_criterion AS criteria, layer, spearman, n
FROM criteria_agreement
WHERE run_id = ${run} AND scope = 'prompt'
ORDER BY criterion, other_criterion, layer`,
    },
    {
      group: 'Which experts matter',
      title: 'Experts to tune for a subject',
      about: 'The fewest that carry a fifth of its tokens in a layer',
      view: 'esft_scores',
      sql: `SELECT subject, layer, expert, token_ratio, tokens_before, gate_score, n
FROM esft_scores
WHERE run_id = ${run} AND scope = 'prompt' AND tokens_before < 0.2
ORDER BY subject, layer, tokens_before`,
    },
    {
      group: 'Which experts matter',
      title: 'What an intervention changed',
      about: 'Answers with masked or fewer experts, against the run without',
      view: 'intervention_effect',
      sql: `SELECT run_id, reference_run_id, intervention, n, accuracy, reference_accuracy, effect, changed_answers, log_probability_effect, p_value
FROM intervention_effect
ORDER BY effect, run_id, reference_run_id`,
    },
    {
      group: 'Which experts matter',
      title: 'Statistics against ablation',
      about: 'What was observed of a masked expert, and what it did',
      view: 'ablation',
      sql: `SELECT layer, expert, frequency, gate_mass, lift, effect, log_probability_effect, masked_experts, n
FROM ablation
WHERE scope = 'last_prompt'
ORDER BY log_probability_effect, layer, expert`,
    },
    {
      group: 'Weights',
      title: 'Experts alike by their weights',
      about: 'Cosines of their matrices, of one layer',
      view: 'expert_similarity',
      sql: `SELECT expert, other_expert, weight_cosine, router_cosine, relative_distance, n
FROM expert_similarity
WHERE run_id = ${run} AND layer = 0
ORDER BY expert, other_expert`,
    },
    {
      group: 'Weights',
      title: 'Redundant layers',
      about: 'How near the experts are to each other, beside their use',
      view: 'layer_redundancy',
      sql: `SELECT layer, mean_relative_distance, mean_distance, mean_cosine, effective_experts, unused, experts, n
FROM layer_redundancy
WHERE run_id = ${run} AND scope = 'prompt'
ORDER BY layer`,
    },
    {
      group: 'Weights',
      title: 'Does the router know them?',
      about: 'Whether experts with like gate embeddings have like weights',
      view: 'router_weight_agreement',
      sql: `SELECT matrix, layer, r, r_squared, mean_router_cosine, mean_cosine, n
FROM router_weight_agreement
WHERE run_id = ${run}
ORDER BY matrix, layer`,
    },
    {
      group: 'Weights',
      title: 'Norms against use',
      about: 'Whether large weights mean frequent use',
      view: 'weight_norm_agreement',
      sql: `SELECT norm, layer, spearman, n
FROM weight_norm_agreement
WHERE run_id = ${run} AND scope = 'prompt' AND statistic = 'frequency'
ORDER BY norm, layer`,
    },
    {
      group: 'Weights',
      title: 'Variance among neighbours',
      about: 'Whether neighbours in the router get like shares',
      view: 'cluster_variance',
      sql: `SELECT scope, layer, ratio, within_variance, variance, mean_router_cosine, n
FROM cluster_variance
WHERE run_id = ${run}
ORDER BY scope, layer`,
    },
    {
      group: 'Weights',
      title: 'Preferred, and larger?',
      about: 'Whether the experts that the router prefers put out more',
      view: 'norm_gate_agreement',
      sql: `SELECT layer, spearman, top_1_agreement, chance, n
FROM norm_gate_agreement
WHERE run_id = ${run} AND scope = 'prompt'
ORDER BY layer`,
    },
    {
      group: 'Weights',
      title: 'Ranks by gate and by norm',
      about: 'Of the chosen experts of one layer',
      view: 'norm_gate_ranks',
      sql: `SELECT gate_rank, norm_rank, share, together, chance, n
FROM norm_gate_ranks
WHERE run_id = ${run} AND scope = 'prompt' AND layer = 0
ORDER BY gate_rank, norm_rank`,
    },
    {
      group: 'Other runs',
      title: 'Routing against other runs',
      about: 'Share of the same choices at the same tokens, by layer',
      view: 'run_difference',
      sql: `SELECT 'run ' || CAST(other_run_id AS VARCHAR) AS against, layer, saturation, chance, top_1_agreement, jaccard, same_set, rank_biased_overlap, n
FROM run_difference
WHERE run_id = ${run} AND scope = 'last_prompt'
ORDER BY other_run_id, layer`,
    },
    {
      group: 'Other runs',
      title: 'Answers against other runs',
      about: 'Which one answers better, by McNemar\'s test',
      view: 'answer_difference',
      sql: `SELECT other_run_id, n, accuracy, other_accuracy, difference, same_answer, only_this, only_other, p_value
FROM answer_difference
WHERE run_id = ${run}
ORDER BY other_run_id`,
    },
  ];
}
