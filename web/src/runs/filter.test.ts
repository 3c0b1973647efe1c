import { describe, expect, it } from 'vitest';
import type { Run } from '../app/runs';
import { matches } from './filter';

const SERVED = { runId: 3, name: 'base', model: 'olmoe', quiz: 'mmlu', status: 'complete' };
const STORED = { id: 3, name: 'base', model: 'olmoe', quiz: 'mmlu', source: 'gatehouse', shots: 5, tags: ['paper', 'final'], note: 'Table 2', interventions: 'mask 2:12', recorded: 'prompt', lookahead: [], precision: 'exact', probabilities: 'none', skipped: 0, shortened: 0 } as unknown as Run;

describe('the filter of runs', () => {
  it('looks at names, tags, notes, models and what was done', () => {
    for (const words of ['', 'base', 'PAPER', 'table', 'olmoe final', '5-shot', 'complete', 'masked']) {
      expect(matches(words, SERVED, STORED), words).toBe(true);
    }
  });

  it('leaves out runs that lack one of the words', () => {
    expect(matches('paper draft', SERVED, STORED)).toBe(false);
    expect(matches('paper', SERVED, undefined)).toBe(false);
  });
});
