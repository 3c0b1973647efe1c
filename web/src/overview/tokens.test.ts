import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { byDifference, byEntropy, byExpert, describeToken, pieces, sectionAt, type Token, tokensOf } from './tokens';

const COLUMNS = ['position', 'token_id', 'token', 'phase', 'segment', 'experts', 'weights', 'entropy', 'normalised_entropy'];

function token(text: string): Token {
  return { position: 0, generated: false, segment: '', id: 9, text, experts: [], weights: [], entropy: NaN, normalisedEntropy: NaN };
}

describe('tokens', () => {
  const tokens = tokensOf(
    answer(COLUMNS, [
      [0, 5, 'The', 'prompt', null, [3, 1], [0.5, 0.25], Math.log(4), 1],
      [1, 6, ' cat', 'prompt', null, [1, 2], [0.5, 0.1], 0, 0],
      [2, 7, '.', 'generated', 'reasoning', null, null, null, null],
    ]),
  );

  it('are shaded by the weight of an expert against its largest', () => {
    expect(byExpert(tokens, 1)).toEqual([0.5, 1, undefined]);
    expect(byExpert(tokens, 7)).toEqual([undefined, undefined, undefined]);
  });

  it('are shaded by entropy against uniform', () => {
    expect(byEntropy(tokens)).toEqual([1, 0, undefined]);
  });

  it('show spaces, line ends and parts of characters', () => {
    expect(pieces(token(' a b\n'))).toEqual([
      { kind: 'space', text: '·' },
      { kind: 'text', text: 'a' },
      { kind: 'space', text: '·' },
      { kind: 'text', text: 'b' },
      { kind: 'space', text: '↵' },
      { kind: 'break' },
    ]);
    expect(pieces(token('\uFFFD\uFFFD'))).toEqual([{ kind: 'bytes', text: '#9' }]);
    expect(pieces(token(''))).toEqual([{ kind: 'bytes', text: '#9' }]);
    expect(pieces(token('日本'))).toEqual([{ kind: 'text', text: '日本' }]);
  });

  it('are described in words', () => {
    expect(describeToken(tokens[0] as Token)).toBe('Token 0, id 5, "The": experts 3 (0.500), 1 (0.250); entropy 1.39 nats');
    expect(describeToken(tokens[2] as Token)).toBe('Token 2 (generated, reasoning), id 7, ".": routing not recorded');
  });

  it('without weights and entropies say which experts were chosen', () => {
    const bare = tokensOf(answer(COLUMNS, [[0, 5, '', 'prompt', null, [3, 1], null, null, null], [1, 6, '', 'prompt', null, [2, 4], null, null, null]]));
    expect(byExpert(bare, 3)).toEqual([1, undefined]);
    expect(byEntropy(bare)).toEqual([undefined, undefined]);
    expect(describeToken(bare[0] as Token)).toBe('Token 0, id 5, "": experts 3, 1; entropy not recorded');
  });

  it('have a heading where the model begins to write, and where its reasoning ends', () => {
    const of = (generated: boolean, segment: string): Token => ({ ...token('x'), generated, segment });
    const all = [of(false, 'question'), of(false, 'cue'), of(true, 'reasoning'), of(true, 'reasoning'), of(true, 'answer')];
    expect(all.map((_, at) => sectionAt(all, at))).toEqual(['', '', 'Generated text, reasoning', '', 'Generated text, answer']);
    expect(sectionAt([of(true, '')], 0)).toBe('Generated text');
  });

  it('are shaded by how far the experts of another run differ', () => {
    const of = (position: number, id: number, experts: number[]): Token => ({ ...token('x'), position, id, experts });
    const mine = [of(0, 5, [1, 2]), of(1, 6, [1, 2]), of(2, 7, [1, 2]), of(3, 8, []), of(4, 9, [3, 4]), of(5, 1, [3, 4])];
    const theirs = [of(0, 5, [2, 1]), of(1, 6, [1, 3]), of(2, 99, [1, 2]), of(3, 8, [1, 2]), of(4, 9, [1, 2])];
    expect(byDifference(mine, theirs)).toEqual([0, 0.5, undefined, undefined, 1, undefined]);
  });
});
