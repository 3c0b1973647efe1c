import { formatUnits } from '../api/format';
import type { Scope } from './place';

const SCOPE_NAMES: Record<Scope, string> = { last_prompt: 'Last prompt token', prompt: 'Prompt tokens', generated: 'Generated tokens' };

/** The tokens that a picture includes, in words. */
export function scopeText(scope: Scope): string {
  return SCOPE_NAMES[scope];
}

/**
 * What a picture counts, after its description: " Last prompt token: n = 3 tokens of a."; empty where it has nothing.
 *
 * @param of what follows the number
 */
export function countedText(scope: Scope, n: number, unit: string, of = ''): string {
  return n > 0 ? ` ${scopeText(scope)}: n = ${formatUnits(n, unit)}${of}.` : '';
}

/** Free answers can be as long as a solution. */
const LONGEST_ANSWER = 60;

/**
 * The answer of the model, in words; imports may know only whether it is correct.
 *
 * @param inText whether the answer was looked for in a generated text, which may have none
 */
export function outcomeText({ correct, predicted, answer }: { correct: boolean | undefined; predicted: string; answer: string }, inText = false): string {
  if (correct === undefined) {
    return 'no answer recorded.';
  }
  const known = predicted !== '' ? `answered ${shortened(predicted)}` : inText ? 'no answer found in the generated text' : 'answer not recorded';
  return correct ? `${known} (correct).` : `${known} (wrong${answer === '' ? '' : `; ${shortened(answer)} is correct`}).`;
}

/** The beginning of a text, in one line. */
export function shortened(text: string, most = LONGEST_ANSWER): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}

/** Words of column names that are not written as they are spelt. */
const COLUMN_WORDS: Record<string, string> = { id: 'ID', npmi: 'NPMI', kl: 'KL', jsd: 'JSD', hhi: 'HHI' };
/** Symbols and terms that keep their form at the beginning of a heading. */
const COLUMN_TERMS: Record<string, string> = { n: 'n', z: 'z', p_value: 'p-value', q_value: 'q-value', top_k: 'Top-k' };

/** The heading of a column of a view, in words. */
export function headingText(column: string): string {
  const term = COLUMN_TERMS[column];
  if (term !== undefined) {
    return term;
  }
  const words = column.split('_').map((word) => COLUMN_WORDS[word] ?? word);
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
