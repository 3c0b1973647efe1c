import { literal, statement } from '../api/sql';
import type { Scope } from '../app/place';

/** What the pictures look at. */
export interface Look {
  run: number;
  scope: Scope;
  subject?: string | undefined;
}

/** Experts at each end of the accuracies. */
export const ENDS = 10;

/** Questions that an expert must have fired in: fewer say too little. 30, or a tenth where there are not that many. */
export function leastQuestions(total: number): number {
  return Math.min(30, Math.max(1, Math.round(total / 10)));
}

/** layer, expert, activations, share: of the routing slots of its layer; uniform is 1 / experts. */
export function usageSql(look: Look): string {
  return statement(unorderedUsageSql(look), 'ORDER BY layer, expert');
}

/** The same as a part of another statement. */
export function unorderedUsageSql(look: Look): string {
  if (look.subject === undefined) {
    return statement(
      'SELECT layer, expert, activations,',
      '    1.0 * activations / NULLIF(SUM(activations) OVER (PARTITION BY layer), 0) AS share',
      'FROM experts',
      `WHERE run_id = ${look.run} AND scope = '${look.scope}'`,
    );
  }
  return statement(
    'SELECT e.layer, e.expert, COALESCE(u.n, 0) AS activations,',
    '    1.0 * COALESCE(u.n, 0) / NULLIF(SUM(u.n) OVER (PARTITION BY e.layer), 0) AS share',
    'FROM experts AS e',
    'LEFT JOIN (',
    '    SELECT a.layer, a.expert, COUNT(*) AS n',
    '    FROM activations AS a',
    '    JOIN questions AS q ON q.question_id = a.question_id',
    `    WHERE a.run_id = ${look.run}${tokensOf('a', look)} AND q.subject = ${literal(look.subject)}`,
    '    GROUP BY a.layer, a.expert',
    ') AS u ON u.layer = e.layer AND u.expert = e.expert',
    `WHERE e.run_id = ${look.run} AND e.scope = '${look.scope}'`,
  );
}

/** layer, n, mean_token_entropy, uniform_entropy, in nats. */
export function entropySql(look: Look): string {
  if (look.subject === undefined) {
    return statement(
      'SELECT layer, n, mean_token_entropy, uniform_entropy, normalised_token_entropy, mean_mass',
      'FROM gate_entropy',
      `WHERE run_id = ${look.run} AND scope = '${look.scope}'`,
      'ORDER BY layer',
    );
  }
  return statement(
    'SELECT r.layer, COUNT(*) AS n, AVG(r.entropy) AS mean_token_entropy, LN(MAX(m.experts)) AS uniform_entropy,',
    '    AVG(r.entropy) / NULLIF(LN(MAX(m.experts)), 0) AS normalised_token_entropy, AVG(r.mass) AS mean_mass',
    'FROM token_routing AS r',
    'JOIN questions AS q ON q.question_id = r.question_id',
    'JOIN layers AS m ON m.run_id = r.run_id AND m.layer = r.layer',
    `WHERE r.run_id = ${look.run}${tokensOf('r', look)} AND q.subject = ${literal(look.subject)}`,
    'GROUP BY r.layer',
    'ORDER BY r.layer',
  );
}

/** layer, expert, n, accuracy, wilson_low, wilson_high of the experts at both ends, the most accurate first. */
export function accuracySql(look: Look, least: number): string {
  const ends = statement(
    'QUALIFY ROW_NUMBER() OVER (ORDER BY wilson_low DESC, layer, expert) <= ' + ENDS,
    '    OR ROW_NUMBER() OVER (ORDER BY wilson_high, layer, expert) <= ' + ENDS,
    'ORDER BY wilson_low DESC, layer, expert',
  );
  if (look.subject === undefined) {
    return statement(
      'SELECT layer, expert, n, correct, accuracy, wilson_low, wilson_high',
      'FROM expert_accuracy',
      `WHERE run_id = ${look.run} AND scope = '${look.scope}' AND n >= ${least}`,
      ends,
    );
  }
  return statement(
    'SELECT layer, expert, n, correct, 1.0 * correct / n AS accuracy,',
    '    WILSON_LOW(correct, n) AS wilson_low, WILSON_HIGH(correct, n) AS wilson_high',
    'FROM (',
    '    SELECT f.layer, f.expert, COUNT(*) AS n, COUNT(*) FILTER (WHERE w.correct) AS correct',
    '    FROM (',
    '        SELECT DISTINCT a.question_id, a.layer, a.expert',
    '        FROM activations AS a',
    '        JOIN questions AS q ON q.question_id = a.question_id',
    `        WHERE a.run_id = ${look.run}${tokensOf('a', look)} AND q.subject = ${literal(look.subject)}`,
    '    ) AS f',
    `    JOIN answers AS w ON w.run_id = ${look.run} AND w.question_id = f.question_id`,
    '    GROUP BY f.layer, f.expert',
    ') AS counted',
    `WHERE n >= ${least}`,
    ends,
  );
}

/** n, correct, wilson_low, wilson_high of the run's answers. */
export function answersSql(look: Look): string {
  return statement(
    'SELECT n, correct, WILSON_LOW(correct, n) AS wilson_low, WILSON_HIGH(correct, n) AS wilson_high',
    'FROM (',
    '    SELECT COUNT(*) AS n, COUNT(*) FILTER (WHERE a.correct) AS correct',
    '    FROM answers AS a',
    look.subject !== undefined && '    JOIN questions AS q ON q.question_id = a.question_id',
    `    WHERE a.run_id = ${look.run}${look.subject === undefined ? '' : ` AND q.subject = ${literal(look.subject)}`}`,
    ') AS counted',
  );
}

/** question_id, subject, correct: what can be looked at one by one. */
export function questionsSql(look: Look): string {
  return statement(
    'SELECT a.question_id, q.subject, q.ordinal, q.answer, a.predicted, a.correct',
    'FROM answers AS a',
    'JOIN questions AS q ON q.question_id = a.question_id',
    `WHERE a.run_id = ${look.run}${look.subject === undefined ? '' : ` AND q.subject = ${literal(look.subject)}`}`,
    'ORDER BY a.question_id',
  );
}

/** One row per token of a prompt with its decision at a layer; without one where the run did not record it. */
export function promptSql(run: number, question: number, layer: number): string {
  return statement(
    'SELECT t."position", t.token_id, t.token, r.experts, r.weights, r.entropy',
    'FROM tokens AS t',
    'LEFT JOIN (',
    '    SELECT "position", experts, weights, entropy',
    '    FROM token_routing',
    `    WHERE run_id = ${run} AND question_id = ${question} AND layer = ${layer}`,
    ') AS r ON r."position" = t."position"',
    `WHERE t.run_id = ${run} AND t.question_id = ${question}`,
    'ORDER BY t."position"',
  );
}

function tokensOf(alias: string, look: Look): string {
  return look.scope === 'last_prompt' ? ` AND ${alias}.is_last_prompt` : ` AND ${alias}.phase = 'prompt'`;
}
