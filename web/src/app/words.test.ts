import { describe, expect, it } from 'vitest';
import { headingText, outcomeText, scopeText, shortened } from './words';

describe('words', () => {
  it('name the tokens of each scope', () => {
    expect((['last_prompt', 'prompt', 'generated'] as const).map(scopeText)).toEqual(['Last prompt token', 'Prompt tokens', 'Generated tokens']);
  });

  it('make headings of column names', () => {
    expect(['mean_tokens', 'reference_run_id', 'n', 'p_value', 'top_k', 'npmi', 'id'].map(headingText)).toEqual(['Mean tokens', 'Reference run ID', 'n', 'p-value', 'Top-k', 'NPMI', 'ID']);
  });

  it('say how a question was answered', () => {
    expect(outcomeText({ correct: true, predicted: 'B', answer: 'B' })).toBe('answered B (correct).');
    expect(outcomeText({ correct: false, predicted: 'A', answer: 'B' })).toBe('answered A (wrong; B is correct).');
    expect(outcomeText({ correct: false, predicted: '', answer: '' })).toBe('answer not recorded (wrong).');
    expect(outcomeText({ correct: undefined, predicted: '', answer: '' })).toBe('no answer recorded.');
  });

  it('say that a generated text has no answer', () => {
    expect(outcomeText({ correct: false, predicted: '', answer: '42' }, true)).toBe('no answer found in the generated text (wrong; 42 is correct).');
    expect(outcomeText({ correct: true, predicted: '42', answer: '42' }, true)).toBe('answered 42 (correct).');
  });

  it('cut long free answers', () => {
    expect(shortened('one\n two')).toBe('one two');
    expect(shortened('x'.repeat(61))).toBe(`${'x'.repeat(59)}…`);
    expect(outcomeText({ correct: false, predicted: 'y'.repeat(100), answer: 'z'.repeat(100) }).length).toBeLessThan(160);
  });
});
