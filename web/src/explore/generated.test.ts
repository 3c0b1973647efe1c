import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import type { Token } from '../overview/tokens';
import { foundText, generatedTextOf, type GeneratedText, lengthText, partsOf } from './generated';

const COLUMNS = ['text', 'tokens', 'finish_reason', 'extracted', 'correct', 'seconds'];

function token(text: string, segment: string, generated = true): Token {
  return { position: 0, generated, segment, id: 1, text, experts: [], weights: [], entropy: NaN, normalisedEntropy: NaN };
}

describe('a generated text', () => {
  const text = generatedTextOf(answer(COLUMNS, [['<think>two</think> B', 6, 'end_token', 'B', true, 3.2]])) as GeneratedText;
  const tokens = [token('Question', 'question', false), token(' <think>', 'reasoning'), token('two', 'reasoning'), token('</think>', 'reasoning'), token(' B', 'answer'), token('<|end|>', 'answer')];

  it('may be none', () => {
    expect(generatedTextOf(answer(COLUMNS, []))).toBeUndefined();
  });

  it('has its reasoning apart from its answer, without the token that ended it', () => {
    expect(partsOf(text, tokens)).toEqual([
      { segment: 'reasoning', text: '<think>two</think>', tokens: 3 },
      { segment: 'answer', text: ' B', tokens: 2 },
    ]);
    expect(lengthText(text, partsOf(text, tokens))).toBe('6 tokens in 3.20 s (shared with other texts), 3 of them reasoning; ended by the model');
  });

  it('is one part where its tokens are not characters, or are not recorded', () => {
    const broken = [token('\uFFFD', 'reasoning'), token('\uFFFD', 'answer')];
    expect(partsOf({ ...text, text: 'é', tokens: 2 }, broken)).toEqual([{ segment: '', text: 'é', tokens: 2 }]);
    expect(partsOf({ ...text, text: 'é', tokens: 1 }, broken.slice(1))).toEqual([{ segment: 'answer', text: 'é', tokens: 1 }]);
    expect(partsOf(text, [])).toEqual([{ segment: '', text: text.text, tokens: 6 }]);
    expect(partsOf({ ...text, text: '' }, tokens)).toEqual([{ segment: '', text: '', tokens: 6 }]);
  });

  it('says what was found in it', () => {
    expect(foundText(text, 'choice')).toBe('The rule choice found: B');
    expect(foundText({ ...text, extracted: '' }, 'choice')).toBe('The rule choice found no answer in the text.');
    expect(foundText(text, '')).toBe('');
    expect(lengthText({ ...text, finish: 'length' }, [])).toContain('cut at the largest number of new tokens');
  });
});
