import { describe, expect, it } from 'vitest';
import { noAccuracy, noAnswers, noCheckpointWeights, noEntropy, noNearest, noQuestion, noRows, noTokens, noWeights } from './recorded';
import type { Run } from './runs';

const OWN: Run = {
  id: 1, name: 'own', model: 'olmoe', fingerprint: '', architecture: '', layers: 16, quiz: 'mmlu', format: 'hendrycks', questions: 24, answered: 24, correct: 9, subjects: 3, recorded: 'prompt', shots: 0,
  status: 'complete', startedAt: '', finishedAt: '', storage: 'BF16', precision: 'exact', device: 'cpu', probabilities: 'none', norms: false, lookahead: [], interventions: '', source: 'gatehouse',
  step: undefined, version: 'test', skipped: 0, shortened: 0, maxNewTokens: undefined, sampling: '', answerRule: '', answerMatch: '', stop: [], generated: false, note: '', tags: [],
};
const IMPORTED: Run = { ...OWN, id: 2, source: 'vllm', answered: 0 };

describe('what is not recorded', () => {
  it('is said with its reason', () => {
    expect(noAnswers(OWN)).toBe('');
    expect(noAnswers({ ...OWN, answered: 0, status: 'running' })).toBe('No question is answered yet.');
    expect(noAnswers({ ...OWN, answered: 0, status: 'cancelled' })).toBe('No question was answered before the run ended.');
    expect(noAnswers(IMPORTED)).toBe('Not recorded: the vllm files that run 2 was imported from have no answers.');
    expect(noTokens(IMPORTED, false)).toContain('have no token ids.');
    expect(noTokens(IMPORTED, true)).toContain('have counts of experts only, no sequences.');
    expect(noEntropy(IMPORTED)).toContain('no router probabilities');
    expect(noWeights(IMPORTED)).toContain('no weights of experts');
    expect(noCheckpointWeights(IMPORTED)).toContain('do not have the weights of the checkpoint');
    expect(noAccuracy(OWN)).toBe('');
    expect(noAccuracy({ ...IMPORTED, answered: 2 })).toContain('of which all tokens were recorded');
    expect(noQuestion(OWN)).toBe('No question is chosen.');
  });

  it('is everything where no question was answered', () => {
    const cancelled: Run = { ...OWN, answered: 0, status: 'cancelled' };
    for (const text of [noAnswers(cancelled), noEntropy(cancelled), noWeights(cancelled), noRows(cancelled, 'prompt', undefined), noRows(cancelled, 'generated', 'law'), noQuestion(cancelled)]) {
      expect(text).toBe('No question was answered before the run ended.');
    }
  });

  it('is for similar questions what they are compared by', () => {
    expect(noNearest(IMPORTED, 0, false)).toContain('have no decision of the last prompt token');
    expect(noNearest(IMPORTED, 2, false)).toBe(noWeights(IMPORTED));
    expect(noNearest(IMPORTED, 2, true)).toContain('No other question of the run');
    expect(noNearest({ ...IMPORTED, questions: 1 }, 2, true)).toBe('Run 2 has no other sequence.');
    expect(noNearest(OWN, 0, false)).toContain('Run 1 has no decision of the last prompt token');
  });

  it('is another thing than what has no rows', () => {
    expect(noRows(OWN, 'prompt', undefined)).toBe('No data for this run and scope.');
    expect(noRows(OWN, 'prompt', 'anatomy')).toBe('No data for this run, scope and subject.');
    expect(noRows({ ...OWN, status: 'running' }, 'prompt', undefined)).toContain('No results are stored yet.');
    expect(noRows(IMPORTED, 'last_prompt', undefined)).toContain('at the last prompt token; try all prompt tokens.');
    expect(noRows(OWN, 'generated', undefined)).toBe('Not recorded: run 1 has nothing for this chart at generated tokens.');
    expect(noRows({ ...IMPORTED, recorded: 'last_prompt' }, 'last_prompt', undefined)).not.toContain('try');
  });

  it('is nothing but counts where there are no sequences', () => {
    const counts: Run = { ...IMPORTED, questions: 0 };
    expect(noRows(counts, 'last_prompt', undefined)).toContain('have counts over all prompt tokens only, none of the last prompt token.');
    for (const text of [noTokens(counts, true), noQuestion(counts), noRows(counts, 'prompt', undefined)]) {
      expect(text).toContain('have counts of experts only, no sequences.');
    }
  });
});
