export interface Example {
  title: string;
  about: string;
  sql: string;
}

/** Queries to start from; the first one runs when the console opens without one of its own. */
export const EXAMPLES: [Example, ...Example[]] = [
  {
    title: 'Runs in this file',
    about: 'Which model answered which quiz',
    sql: `SELECT run_id, name, model, task, questions, layers, experts, top_k, scope, status
FROM runs
ORDER BY run_id`,
  },
  {
    title: 'Accuracy by subject',
    about: 'Share of right answers',
    sql: `SELECT q.subject, COUNT(*) AS n, AVG(CASE WHEN a.correct THEN 1.0 ELSE 0.0 END) AS accuracy
FROM answers AS a
JOIN questions AS q ON q.question_id = a.question_id
WHERE a.run_id = 1
GROUP BY q.subject
ORDER BY accuracy DESC, q.subject`,
  },
  {
    title: 'Experts that never fire',
    about: 'By layer, with the tokens looked at',
    sql: `SELECT *
FROM unused_experts
ORDER BY run_id, scope, layer`,
  },
  {
    title: 'Gate entropy by layer',
    about: 'How sharp the router is, against uniform',
    sql: `SELECT scope, layer, n, mean_token_entropy, uniform_entropy, normalised_token_entropy, mean_mass
FROM gate_entropy
WHERE run_id = 1
ORDER BY scope, layer`,
  },
  {
    title: 'Accuracy per expert',
    about: 'Right answers where it fired, with intervals',
    sql: `SELECT layer, expert, n, accuracy, wilson_low, wilson_high, lift
FROM expert_accuracy
WHERE run_id = 1 AND scope = 'last_prompt' AND n > 0
ORDER BY wilson_low DESC, layer, expert`,
  },
  {
    title: 'Busiest experts of a layer',
    about: 'Share of the routing slots of layer 0',
    sql: `SELECT expert, activations, 1.0 * activations / SUM(activations) OVER () AS share
FROM experts
WHERE run_id = 1 AND scope = 'last_prompt' AND layer = 0
ORDER BY activations DESC, expert
LIMIT 10`,
  },
  {
    title: 'Where one question went',
    about: 'Its last token, layer by layer',
    sql: `SELECT layer, experts, weights, entropy, margin
FROM token_routing
WHERE run_id = 1 AND question_id = 1 AND scope = 'last_prompt'
ORDER BY layer`,
  },
];
