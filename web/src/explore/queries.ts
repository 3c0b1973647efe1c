import { call, literal, select } from '../api/sql';
import { type Look, ofRun, ofScope, ofSubject } from '../overview/queries';

/** Where the tokens of each subject go in one layer. */
export function subjectsSql(look: Look, layer: number): string {
  return select('subject, expert, n, activations, share, ratio, log_odds, z', 'subject_specialisation', [ofScope(look), `layer = ${layer}`], 'subject, expert');
}

/** How often two experts of one layer are chosen for the same token. */
export function coactivationSql(look: Look, layer: number): string {
  return select(
    'expert, other_expert, tokens, n, together, share, lift, z',
    look.subject === undefined ? 'expert_coactivation' : call('coactivation_of_subject', look.run, look.scope, look.subject),
    [look.subject === undefined && ofScope(look), `layer = ${layer}`],
    'expert, other_expert',
  );
}

/** Where the tokens of an expert go in the next layer, over some layers. */
export function transitionsSql(look: Look, layer: number, steps: number): string {
  return select(
    'layer, expert, next_expert, n, together, share, lift',
    look.subject === undefined ? 'expert_transitions' : call('transitions_of_subject', look.run, look.scope, look.subject),
    [look.subject === undefined && ofScope(look), `layer BETWEEN ${layer} AND ${layer + steps - 1}`],
    'layer, expert, next_expert',
  );
}

/** How many of the experts of unseen questions can be predicted, by layer. Of all subjects. */
export function predictabilitySql(look: Look): string {
  return select('layer, predictor, predicted, n, recall, chance', call('predictability', look.run, look.scope), [], 'layer, predicted, predictor');
}

/** Utilisation of each expert in two runs, over the questions that both answered. */
export function differenceSql(look: Look, other: number): string {
  return select(
    'layer, expert, n, other_n, share, other_share, change',
    look.subject === undefined
      ? call('utilisation_difference_of_questions', look.run, other, look.scope)
      : call('utilisation_difference_of_subject', look.run, other, look.scope, look.subject),
    [],
    'layer, expert',
  );
}

/** Whether two runs differ in accuracy by more than chance, over the questions that both answered. */
export function answerDifferenceSql(run: number, other: number): string {
  return select(
    'n, accuracy, other_accuracy, difference, same_answer, both_right, only_this, only_other, neither, p_value',
    'answer_difference',
    [`run_id = ${run} AND other_run_id = ${other}`],
    'run_id',
  );
}

/** The questions that two runs answered differently. */
export function changedAnswersSql(look: Look, other: number): string {
  return select(
    'question_id, subject, question, answer, predicted, correct, other_predicted, other_correct',
    call('changed_answers', look.run, other),
    [ofSubject(look)],
    'question_id',
  );
}

/** The share of experts that both runs chose for the same token. */
export function saturationSql(look: Look, other: number): string {
  return select(
    'layer, n, saturation, chance, jaccard, same_set',
    look.subject === undefined ? 'run_difference' : call('run_difference_of_subject', look.run, other, look.scope, look.subject),
    [look.subject === undefined && `${ofScope(look)} AND other_run_id = ${other}`],
    'layer',
  );
}

/** How often two runs chose other experts for the same token, by layer and tenth of the margins. Of all subjects. */
export function mismatchSql(look: Look, other: number): string {
  return select(
    'layer, margin_tenth, n, set_differs, top_1_differs, first_differs, most_margin',
    call('routing_mismatch', look.run, other),
    [`phase = ${literal(look.scope === 'generated' ? 'generated' : 'prompt')}`],
    'layer, margin_tenth',
  );
}

/** Accuracy of two runs by subject, over the questions that both answered. */
export function answersOfBothSql(look: Look, other: number): string {
  return select(
    'subject, n, accuracy, other_accuracy, difference, low, high, only_this, only_other',
    'subject_answer_difference',
    [`${ofRun(look)} AND other_run_id = ${other}`, ofSubject(look)],
    'subject',
  );
}

/** One question with its answer in the run. */
export function questionSql(run: number, question: number): string {
  return select(
    'question_id, subject, ordinal, question, choices, answer, predicted, correct, log_probabilities, top_token, prompt_tokens',
    'question_answers',
    [`run_id = ${run} AND question_id = ${question}`],
    'sample',
  );
}

/** What the run wrote after the prompt of a question. */
export function generationSql(run: number, question: number): string {
  return select('text, tokens, finish_reason, extracted, correct, seconds', 'generations', [`run_id = ${run} AND question_id = ${question}`], 'sample');
}

/** One sequence of an import without answers. */
export function sequenceSql(quiz: string, question: number): string {
  return select('question_id, subject, ordinal, question, choices, answer', 'questions', [`quiz = ${literal(quiz)} AND question_id = ${question}`], 'question_id');
}

/** The sequences of an import without answers that contain the text. */
export function sequenceListSql(quiz: string, subject: string | undefined, text: string): string {
  return select('question_id, subject, question', 'questions', [`quiz = ${literal(quiz)}`, subject !== undefined && `subject = ${literal(subject)}`, containing(text)], 'question_id');
}

function containing(text: string): string | false {
  return text !== '' && `POSITION(${literal(text.toLowerCase())} IN LOWER(question)) > 0`;
}

/** A run's questions that contain the text. */
export function questionListSql(look: Look, outcome: 'all' | 'right' | 'wrong', text: string): string {
  return select(
    'question_id, subject, question, answer, predicted, correct',
    'question_answers',
    [
      ofRun(look),
      ofSubject(look),
      outcome !== 'all' && (outcome === 'right' ? 'correct' : 'NOT correct'),
      containing(text),
    ],
    'question_id',
  );
}

/** The decisions for the last prompt token of a question. */
export function routingOfQuestionSql(run: number, question: number): string {
  return select(
    'layer, experts, weights, entropy, margin',
    'token_routing',
    [`run_id = ${run} AND question_id = ${question} AND is_last_prompt`],
    'layer',
  );
}

/** The questions whose routing is most similar. */
export function nearestSql(run: number, question: number, most: number): string {
  return select(
    'place, question_id, subject, question, correct, similarity, same_subject, n',
    call('nearest_questions', run, question, 'top_k', most),
    [],
    'place',
  );
}
