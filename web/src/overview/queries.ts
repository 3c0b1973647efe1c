import { call, literal, select } from '../api/sql';
import type { Scope } from '../app/place';

/** The filters of the pictures. */
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

/** Conditions on a view with a column for the run. */
export function ofRun(look: Look): string {
  return `run_id = ${look.run}`;
}

/** Conditions on a view with columns for the run and the scope. */
export function ofScope(look: Look): string {
  return `${ofRun(look)} AND scope = ${literal(look.scope)}`;
}

/** A condition on a view with a column for the subject; false where all subjects are looked at. */
export function ofSubject(look: Look): string | false {
  return look.subject !== undefined && `subject = ${literal(look.subject)}`;
}

/** Utilisation of each expert, against uniform. */
export function utilisationSql(look: Look): string {
  return select(
    'layer, expert, activations, share, ratio, n',
    look.subject === undefined ? 'expert_utilisation' : 'subject_specialisation',
    [ofScope(look), ofSubject(look)],
    'layer, expert',
  );
}

/** Router entropy of each layer, in nats. */
export function entropySql(look: Look): string {
  return select(
    'layer, n, mean_token_entropy, uniform_entropy, normalised_token_entropy, normalised_token_top_k_entropy, mean_mass',
    look.subject === undefined ? 'gate_entropy' : call('entropy_of_subject', look.run, look.scope, look.subject),
    [look.subject === undefined && ofScope(look)],
    'layer',
  );
}

/** Accuracy of each expert that fired in enough questions, the most accurate first. */
export function accuracySql(look: Look, least: number): string {
  return select(
    `layer, expert, n, correct, accuracy, wilson_low, wilson_high${look.subject === undefined ? ', q_value' : ''}`,
    look.subject === undefined ? 'expert_accuracy' : 'expert_subject_accuracy',
    [ofScope(look), ofSubject(look), `n >= ${least}`],
    'wilson_low DESC, layer, expert',
  );
}

/** Accuracy of the run. */
export function answersSql(look: Look): string {
  return select(
    'n, correct, accuracy, wilson_low, wilson_high',
    look.subject === undefined ? 'run_accuracy' : 'subject_accuracy',
    [ofRun(look), ofSubject(look)],
    'run_id',
  );
}

/** The questions that can be looked at one by one. */
export function questionsSql(look: Look): string {
  return select('question_id, subject, ordinal, answer, predicted, correct', 'question_answers', [ofRun(look), ofSubject(look)], 'question_id');
}

/** The sequences of an import, which has a quiz of its own name; they may have no answers. */
export function sequencesSql(quiz: string, subject: string | undefined): string {
  return select('question_id, subject, ordinal', 'questions', [`quiz = ${literal(quiz)}`, subject !== undefined && `subject = ${literal(subject)}`], 'question_id');
}

/** Each token of a prompt with its decision at a layer. */
export function promptSql(run: number, question: number, layer: number): string {
  return select(
    'position, token_id, token, phase, segment, experts, weights, entropy, normalised_entropy',
    call('tokens_of_question', run, question, layer),
    [],
    'position',
  );
}
