import type { Rows } from '../api/http';
import { lists, numbers, texts, values } from '../api/rows';

/** A question of a list. */
export interface Entry {
  id: number;
  subject: string;
  question: string;
  /** Whether the run answered it right; undefined where there is no answer. */
  correct: boolean | undefined;
}

export interface Choice {
  letter: string;
  text: string;
  /** Natural logarithm of the probability; NaN where nothing says it, as is the probability. */
  log: number;
  probability: number;
  right: boolean;
  answered: boolean;
}

/** A question with the answer of a run. */
export interface AnsweredQuestion extends Entry {
  /** Letters. */
  answer: string;
  predicted: string;
  /** The most probable token of the whole vocabulary; empty where nothing says it. */
  topToken: string;
  choices: Choice[];
}

export function entriesOf(rows: Rows): Entry[] {
  const answered = rows.columns.some(({ name }) => name === 'correct');
  const [subject, question, correct] = [texts(rows, 'subject'), texts(rows, 'question'), answered ? values(rows, 'correct') : []];
  return numbers(rows, 'question_id').map((id, index) => ({
    id,
    subject: subject[index] as string,
    question: question[index] as string,
    correct: typeof correct[index] === 'boolean' ? correct[index] : undefined,
  }));
}

/** The one question of an answer, or undefined where it has none. */
export function answeredQuestionOf(rows: Rows): AnsweredQuestion | undefined {
  const [entry] = entriesOf(rows);
  if (entry === undefined) {
    return undefined;
  }
  const has = (name: string) => rows.columns.some((column) => column.name === name);
  const text = (name: string) => (has(name) ? (texts(rows, name)[0] as string) : '');
  const [answer, predicted] = [text('answer'), text('predicted')];
  const choices = values(rows, 'choices')[0];
  const logs = has('log_probabilities') ? (lists(rows, 'log_probabilities')[0] as number[]) : [];
  return {
    ...entry,
    answer,
    predicted,
    topToken: text('top_token'),
    choices: (Array.isArray(choices) ? choices : []).map((choice, index) => {
      const letter = String.fromCharCode(65 + index);
      const log = logs[index] ?? NaN;
      return { letter, text: String(choice), log, probability: Math.exp(log), right: letter === answer, answered: letter === predicted };
    }),
  };
}
