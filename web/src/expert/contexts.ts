import type { Rows } from '../api/http';
import { numbers, texts } from '../api/rows';

/** A token that was sent to an expert, with the text around it. */
export interface Context {
  question: number;
  position: number;
  /** NaN where it is not recorded. */
  weight: number;
  before: string;
  token: string;
  after: string;
}

/** The contexts of rows that are in the order of place and distance. */
export function contextsOf(rows: Rows): Context[] {
  const [place, question, position, weight, distance, id] = ['place', 'question_id', 'position', 'weight', 'distance', 'token_id'].map((name) => numbers(rows, name)) as [
    number[], number[], number[], number[], number[], number[],
  ];
  const token = texts(rows, 'token');
  const made = new Map<number, Context>();
  place.forEach((number, index) => {
    const context = made.get(number) ?? {
      question: question[index] as number,
      position: position[index] as number,
      weight: weight[index] as number,
      before: '',
      token: '',
      after: '',
    };
    made.set(number, context);
    const text = shown(token[index] as string, id[index] as number);
    const at = distance[index] as number;
    if (at === 0) {
      context.token += text;
    } else if (at < 0) {
      context.before += text;
    } else {
      context.after += text;
    }
  });
  return [...made.values()];
}

/** The text of a token in a line; of one that is no text, or not recorded, its id. */
export function shown(token: string, id: number): string {
  return token === '' || token.includes('\uFFFD') ? `#${id} ` : token.replaceAll('\n', '↵').replaceAll('\t', '→');
}
