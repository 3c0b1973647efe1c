import { formatCount, formatDuration, formatUnits } from '../api/format';
import type { Rows } from '../api/http';
import { numbers, texts } from '../api/rows';
import type { Token } from '../overview/tokens';

/** What the model wrote after the prompt of a question. */
export interface GeneratedText {
  text: string;
  /** Tokens, the one that ended the text included. */
  tokens: number;
  /** end_token, stop or length. */
  finish: string;
  /** The answer that was found in it, as it is written there; empty if none was. */
  extracted: string;
  seconds: number;
}

/** A part of a generated text. */
export interface Part {
  /** reasoning, answer or other; empty where nothing says it. */
  segment: string;
  text: string;
  tokens: number;
}

/** The text of the first sample, or undefined where the run wrote none. */
export function generatedTextOf(rows: Rows): GeneratedText | undefined {
  if (rows.rowCount === 0) {
    return undefined;
  }
  const [text, finish, extracted] = ['text', 'finish_reason', 'extracted'].map((name) => texts(rows, name)[0] ?? '') as [string, string, string];
  const [tokens, seconds] = ['tokens', 'seconds'].map((name) => numbers(rows, name)[0] ?? 0) as [number, number];
  return { text, tokens, finish, extracted, seconds };
}

/**
 * The text by its parts, such as the reasoning and the answer, by the segments of its tokens. One part alone where the
 * texts of the tokens do not make up the text: characters of several tokens are none of them.
 */
export function partsOf({ text, tokens: count }: GeneratedText, tokens: Token[]): Part[] {
  const made: Part[] = [];
  for (const token of tokens.filter(({ generated }) => generated)) {
    const last = made.at(-1);
    if (last !== undefined && last.segment === token.segment) {
      last.text += token.text;
      last.tokens++;
    } else {
      made.push({ segment: token.segment, text: token.text, tokens: 1 });
    }
  }
  // Without what decoding leaves out, and without the token or the stop text that ended it.
  const whole = made.map((part) => part.text).join('');
  const start = text === '' ? -1 : whole.indexOf(text);
  const [first] = made;
  if (start < 0) {
    return [{ segment: made.length === 1 && first !== undefined ? first.segment : '', text, tokens: count }];
  }
  let at = 0;
  return made.flatMap((part) => {
    const [from, to] = [Math.max(start, at), Math.min(start + text.length, at + part.text.length)];
    at += part.text.length;
    return to > from ? [{ ...part, text: whole.slice(from, to) }] : [];
  });
}

const ENDS: Record<string, string> = {
  end_token: 'ended by the model',
  stop: 'ended by a stop text',
  length: 'cut at the largest number of new tokens',
};

/** "142 tokens in 3.20 s (shared with other texts), 98 of them reasoning; ended by the model": texts are generated together. */
export function lengthText({ tokens, finish, seconds }: GeneratedText, parts: Part[]): string {
  const reasoning = parts.filter(({ segment }) => segment === 'reasoning').reduce((sum, part) => sum + part.tokens, 0);
  const thought = reasoning === 0 ? '' : `, ${formatCount(reasoning)} of them reasoning`;
  return `${formatUnits(tokens, 'token')} in ${formatDuration(seconds * 1000)} (shared with other texts)${thought}; ${ENDS[finish] ?? finish}`;
}

/** What was found in the text, by which rule; empty where nothing was looked for. */
export function foundText({ extracted }: GeneratedText, rule: string): string {
  if (rule === '') {
    return '';
  }
  return extracted === '' ? `The rule ${rule} found no answer in the text.` : `The rule ${rule} found: ${extracted}`;
}
