import { literal, statement } from '../api/sql';
import { type Look, unorderedUsageSql } from '../overview/queries';

/** subject, expert, activations: where the tokens of each subject go in one layer. */
export function subjectsSql(look: Look, layer: number): string {
  return statement(
    'SELECT q.subject, a.expert, COUNT(*) AS activations',
    'FROM activations AS a',
    'JOIN questions AS q ON q.question_id = a.question_id',
    `WHERE a.run_id = ${look.run}${last('a', look)} AND a.layer = ${layer}`,
    'GROUP BY q.subject, a.expert',
    'ORDER BY q.subject, a.expert',
  );
}

/** expert, other_expert, together: tokens of one layer that are sent to both; with itself, all of its tokens. */
export function coactivationSql(look: Look, layer: number): string {
  return statement(
    'SELECT a.expert, b.expert AS other_expert, COUNT(*) AS together',
    'FROM activations AS a',
    'JOIN activations AS b ON b.run_id = a.run_id AND b.question_id = a.question_id AND b."position" = a."position" AND b.layer = a.layer',
    ofSubject(look),
    `WHERE a.run_id = ${look.run}${last('a', look)} AND a.layer = ${layer}${subject(look)}`,
    'GROUP BY a.expert, b.expert',
    'ORDER BY a.expert, b.expert',
  );
}

/** layer, expert, next_expert, together: tokens that go from an expert to one of the layer after it. */
export function transitionsSql(look: Look, layer: number, steps: number): string {
  return statement(
    'SELECT a.layer, a.expert, b.expert AS next_expert, COUNT(*) AS together',
    'FROM activations AS a',
    'JOIN activations AS b ON b.run_id = a.run_id AND b.question_id = a.question_id AND b."position" = a."position" AND b.layer = a.layer + 1',
    ofSubject(look),
    `WHERE a.run_id = ${look.run}${last('a', look)} AND a.layer BETWEEN ${layer} AND ${layer + steps - 1}${subject(look)}`,
    'GROUP BY a.layer, a.expert, b.expert',
    'ORDER BY a.layer, a.expert, b.expert',
  );
}

/** layer, expert, activations, share, other_activations, other_share: of the routing slots of the layer, in two runs. */
export function differenceSql(look: Look, other: number): string {
  return statement(
    'SELECT a.layer, a.expert, a.activations, a.share, b.activations AS other_activations, b.share AS other_share',
    'FROM (',
    unorderedUsageSql(look),
    ') AS a',
    'JOIN (',
    unorderedUsageSql({ ...look, run: other }),
    ') AS b ON b.layer = a.layer AND b.expert = a.expert',
    'ORDER BY a.layer, a.expert',
  );
}

/** layer, n, common, saturation: of the experts that a token is sent to, how many both runs chose. */
export function saturationSql(look: Look, other: number, topK: number): string {
  const same =
    look.scope === 'last_prompt'
      ? 'AND b.layer = a.layer AND b.is_last_prompt AND a.is_last_prompt'
      : `AND b.layer = a.layer AND b."position" = a."position" AND a.phase = 'prompt' AND b.phase = 'prompt'`;
  const where = `WHERE a.run_id = ${look.run} AND b.run_id = ${other}${subject(look)}`;
  return statement(
    `SELECT t.layer, t.n, COALESCE(c.common, 0) AS common, COALESCE(c.common, 0) / (${topK}.0 * t.n) AS saturation`,
    'FROM (',
    '    SELECT a.layer, COUNT(*) AS n',
    '    FROM token_routing AS a',
    `    JOIN token_routing AS b ON b.question_id = a.question_id ${same}`,
    look.subject !== undefined && `    ${ofSubject(look)}`,
    `    ${where}`,
    '    GROUP BY a.layer',
    ') AS t',
    'LEFT JOIN (',
    '    SELECT a.layer, COUNT(*) AS common',
    '    FROM activations AS a',
    `    JOIN activations AS b ON b.question_id = a.question_id ${same} AND b.expert = a.expert`,
    look.subject !== undefined && `    ${ofSubject(look)}`,
    `    ${where}`,
    '    GROUP BY a.layer',
    ') AS c ON c.layer = t.layer',
    'ORDER BY t.layer',
  );
}

/** subject, n, correct, other_correct, only_this, only_other: the questions that both runs answered. */
export function answersOfBothSql(look: Look, other: number): string {
  return statement(
    'SELECT q.subject, COUNT(*) AS n, COUNT(*) FILTER (WHERE a.correct) AS correct, COUNT(*) FILTER (WHERE b.correct) AS other_correct,',
    '    COUNT(*) FILTER (WHERE a.correct AND NOT b.correct) AS only_this, COUNT(*) FILTER (WHERE b.correct AND NOT a.correct) AS only_other',
    'FROM answers AS a',
    'JOIN answers AS b ON b.question_id = a.question_id',
    'JOIN questions AS q ON q.question_id = a.question_id',
    `WHERE a.run_id = ${look.run} AND b.run_id = ${other}${subject(look)}`,
    'GROUP BY q.subject',
    'ORDER BY q.subject',
  );
}

/** The question with its answer in the run. */
export function questionSql(run: number, question: number): string {
  return statement(
    'SELECT q.question_id, q.subject, q.ordinal, q.question, q.choices, q.answer, a.predicted, a.correct, a.log_probabilities, a.top_token, a.prompt_tokens',
    'FROM questions AS q',
    'JOIN answers AS a ON a.question_id = q.question_id',
    `WHERE a.run_id = ${run} AND q.question_id = ${question}`,
  );
}

/** question_id, subject, question, correct of a run's questions that hold the text. */
export function questionListSql(look: Look, outcome: 'all' | 'right' | 'wrong', text: string): string {
  return statement(
    'SELECT a.question_id, q.subject, q.question, q.answer, a.predicted, a.correct',
    'FROM answers AS a',
    'JOIN questions AS q ON q.question_id = a.question_id',
    `WHERE a.run_id = ${look.run}${subject(look)}${outcome === 'all' ? '' : outcome === 'right' ? ' AND a.correct' : ' AND NOT a.correct'}`,
    text !== '' && `    AND POSITION(${literal(text.toLowerCase())} IN LOWER(q.question)) > 0`,
    'ORDER BY a.question_id',
  );
}

/** layer, experts, weights, entropy, margin of the token that answers. */
export function routingOfQuestionSql(run: number, question: number): string {
  return statement(
    'SELECT layer, experts, weights, entropy, margin',
    'FROM token_routing',
    `WHERE run_id = ${run} AND question_id = ${question} AND is_last_prompt`,
    'ORDER BY layer',
  );
}

/** question_id, subject, question, correct, common, overlap, n: of the n others, the questions whose last token shares most experts. */
export function nearestSql(run: number, question: number, most: number): string {
  return statement(
    'SELECT n.question_id, q.subject, q.question, w.correct, n.common, n.common / (1.0 * n.slots) AS overlap, o.others AS n',
    'FROM (',
    '    SELECT b.question_id, COUNT(*) AS common, MAX(r.slots) AS slots',
    '    FROM activations AS a',
    '    JOIN activations AS b ON b.run_id = a.run_id AND b.layer = a.layer AND b.expert = a.expert',
    `    CROSS JOIN (SELECT COUNT(*) AS slots FROM activations WHERE run_id = ${run} AND question_id = ${question} AND is_last_prompt) AS r`,
    `    WHERE a.run_id = ${run} AND a.question_id = ${question} AND a.is_last_prompt AND b.is_last_prompt AND b.question_id <> ${question}`,
    '    GROUP BY b.question_id',
    `    ORDER BY common DESC, b.question_id`,
    `    LIMIT ${most}`,
    ') AS n',
    `CROSS JOIN (SELECT COUNT(*) AS others FROM answers WHERE run_id = ${run} AND question_id <> ${question}) AS o`,
    'JOIN questions AS q ON q.question_id = n.question_id',
    `JOIN answers AS w ON w.run_id = ${run} AND w.question_id = n.question_id`,
    'ORDER BY n.common DESC, n.question_id',
  );
}

function last(alias: string, look: Look): string {
  return look.scope === 'last_prompt' ? ` AND ${alias}.is_last_prompt` : ` AND ${alias}.phase = 'prompt'`;
}

function ofSubject(look: Look): string {
  return look.subject === undefined ? '' : 'JOIN questions AS q ON q.question_id = a.question_id';
}

function subject(look: Look): string {
  return look.subject === undefined ? '' : ` AND q.subject = ${literal(look.subject)}`;
}
