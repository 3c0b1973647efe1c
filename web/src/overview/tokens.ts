import { visible } from '../api/format';
import type { Rows } from '../api/http';
import { lists, numbers, texts } from '../api/rows';

/** One token of a prompt with the decision of one layer. */
export interface Token {
  position: number;
  /** Whether the model generated it; else it is of the prompt. */
  generated: boolean;
  /** Part of the text, such as choice, reasoning or answer; empty where nothing says it. */
  segment: string;
  id: number;
  text: string;
  experts: number[];
  weights: number[];
  /** Of the router, in nats; NaN where the run did not record this token. */
  entropy: number;
  /** The same as a share of uniform. */
  normalisedEntropy: number;
}

export function tokensOf(rows: Rows): Token[] {
  const [position, id, entropy, normalisedEntropy] = ['position', 'token_id', 'entropy', 'normalised_entropy'].map((name) => numbers(rows, name)) as [
    number[], number[], number[], number[],
  ];
  const [text, phase, segment] = ['token', 'phase', 'segment'].map((name) => texts(rows, name)) as [string[], string[], string[]];
  const experts = lists(rows, 'experts');
  const weights = lists(rows, 'weights');
  return position.map((at, index) => ({
    position: at,
    generated: phase[index] === 'generated',
    segment: segment[index] as string,
    id: id[index] as number,
    text: text[index] as string,
    experts: experts[index] as number[],
    weights: weights[index] as number[],
    entropy: entropy[index] as number,
    normalisedEntropy: normalisedEntropy[index] as number,
  }));
}

/** How dark a token is, 0 to 1; undefined leaves it plain. */
export type Shade = number | undefined;

/** The weight of one expert relative to its largest weight in this prompt; where weights are not recorded, 1 if it was chosen. */
export function byExpert(tokens: Token[], expert: number): Shade[] {
  const weights = tokens.map((token) => weightOf(token, expert));
  const largest = Math.max(0, ...weights.map((weight) => weight ?? 0));
  return weights.map((weight) => (weight === undefined || largest === 0 ? undefined : weight / largest));
}

/** The router entropy as a share of uniform. */
export function byEntropy(tokens: Token[]): Shade[] {
  return tokens.map(({ normalisedEntropy }) => (Number.isNaN(normalisedEntropy) ? undefined : normalisedEntropy));
}

/**
 * The share of the experts of each token that another run did not choose for it; undefined where one of them has no
 * decision, or another token.
 */
export function byDifference(tokens: Token[], others: Token[]): Shade[] {
  const at = new Map(others.map((token) => [token.position, token]));
  return tokens.map((token) => {
    const other = at.get(token.position);
    if (other === undefined || other.id !== token.id || other.experts.length === 0 || token.experts.length === 0) {
      return undefined;
    }
    return token.experts.filter((expert) => !other.experts.includes(expert)).length / token.experts.length;
  });
}

export function weightOf(token: Token, expert: number): number | undefined {
  const rank = token.experts.indexOf(expert);
  return rank < 0 ? undefined : (token.weights[rank] ?? 1);
}

/** A piece of the text that is shown for a token. */
export type Piece = { kind: 'text' | 'space' | 'bytes'; text: string } | { kind: 'break' };

/**
 * What is shown for a token: spaces as dots, line breaks as arrows that also break the line, and a token that is only part
 * of a character as its id, because such bytes are not text.
 */
export function pieces(token: Token): Piece[] {
  if (token.text === '') {
    return [{ kind: 'bytes', text: `#${token.id}` }];
  }
  const shown: Piece[] = [];
  const add = (kind: 'text' | 'space' | 'bytes', text: string) => {
    const last = shown.at(-1);
    if (last !== undefined && last.kind === kind) {
      last.text += text;
    } else {
      shown.push({ kind, text });
    }
  };
  for (const sign of token.text) {
    if (sign === '\n') {
      add('space', visible(sign));
      shown.push({ kind: 'break' });
    } else if (sign === '\uFFFD') {
      if (shown.at(-1)?.kind !== 'bytes') {
        add('bytes', `#${token.id}`);
      }
    } else {
      const made = visible(sign);
      add(made === sign ? 'text' : 'space', made);
    }
  }
  return shown;
}

/** The heading before a token, where the model began to write or went on to another part of its text; otherwise empty. */
export function sectionAt(tokens: Token[], at: number): string {
  const [before, token] = [tokens[at - 1], tokens[at]];
  if (token === undefined || !token.generated || (before?.generated === true && before.segment === token.segment)) {
    return '';
  }
  return token.segment === '' ? 'Generated text' : `Generated text, ${token.segment}`;
}

/** As a sentence, for the tooltip and for screen readers. */
export function describeToken(token: Token): string {
  const routed = token.experts
    .map((expert, rank) => (token.weights[rank] === undefined ? String(expert) : `${expert} (${token.weights[rank].toFixed(3)})`))
    .join(', ');
  const where = [token.generated ? 'generated' : '', token.segment].filter((part) => part !== '').join(', ');
  const name = `Token ${token.position}${where === '' ? '' : ` (${where})`}, id ${token.id}, ${JSON.stringify(token.text)}`;
  const entropy = Number.isFinite(token.entropy) ? `entropy ${token.entropy.toFixed(2)} nats` : 'entropy not recorded';
  return routed === '' ? `${name}: routing not recorded` : `${name}: experts ${routed}; ${entropy}`;
}
