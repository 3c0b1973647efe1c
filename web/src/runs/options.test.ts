import { describe, expect, it } from 'vitest';
import type { Run } from '../app/runs';
import { commandOf, optionsOf, PLAIN, requestOf } from './options';

const RUN: Run = {
  id: 3, name: 'no experts', model: 'olmoe', fingerprint: '', architecture: '', layers: 4, quiz: 'mmlu', format: 'lm-eval+chat', questions: 1560, answered: 128, correct: 43, subjects: 2, recorded: 'last_prompt',
  shots: 5, status: 'cancelled', startedAt: '', finishedAt: '', storage: 'BF16', precision: 'fast', device: 'cpu', probabilities: 'last_prompt', norms: true, lookahead: [1, 2],
  interventions: 'mask 2:12,3:1; scale 1:2=0.5; top-k 4', source: 'gatehouse', step: undefined, version: 'test', skipped: 0, shortened: 0, maxNewTokens: undefined, sampling: '', answerRule: '', answerMatch: '', stop: [], note: '', tags: [], generated: false,
};

describe('options of a run', () => {
  it('are sent where they are not the default', () => {
    expect(requestOf({ ...PLAIN, model: 'm', quiz: 'q' })).toEqual({ model: 'm', quiz: 'q' });
    expect(
      requestOf({ ...PLAIN, model: 'm', quiz: 'q', name: ' x ', subjects: 'anatomy, logic', topK: 4, norms: true, maskUnusedOf: 'base', unusedScope: 'prompt', limit: 10 }),
    ).toEqual({
      model: 'm', quiz: 'q', name: 'x', subjects: ['anatomy', 'logic'], 'top-k': 4, norms: true, 'mask-unused-of': 'base', 'unused-scope': 'prompt', limit: 10,
    });
    expect(requestOf({ ...PLAIN, model: 'm', quiz: 'q', unusedScope: 'prompt' })).toEqual({ model: 'm', quiz: 'q' });
  });

  it('come back from the run that they made', () => {
    expect(requestOf(optionsOf(RUN))).toEqual({
      model: 'olmoe', quiz: 'mmlu', name: 'no experts', limit: 1560, shots: 5, format: 'lm-eval', chat: true, record: 'last_prompt', probabilities: 'last_prompt',
      norms: true, 'record-lookahead': [1, 2], precision: 'fast', mask: ['2:12', '3:1'], scale: ['1:2=0.5'], 'top-k': 4,
    });
    expect(optionsOf({ ...RUN, format: 'olmes+chat+no-thinking' })).toMatchObject({ format: 'olmes', chat: true, thinking: 'off' });
    expect(optionsOf({ ...RUN, format: 'open-instruct+empty-thinking' })).toMatchObject({ format: 'open-instruct', chat: false, thinking: 'empty' });
    expect(optionsOf({ ...RUN, interventions: '' })).toMatchObject({ mask: '', scale: '', topK: null });
    expect(requestOf(optionsOf({ ...RUN, interventions: 'resident 0:1,1:2; keep 1; candidates 6' }))).toMatchObject({
      resident: ['0:1', '1:2'], keep: 1, candidates: 6,
    });
    expect(requestOf({ ...PLAIN, model: 'm', quiz: 'q', residentExperts: 4, candidates: 6 })).toEqual({ model: 'm', quiz: 'q' });
  });

  it('make a command line', () => {
    expect(commandOf(RUN).split(' \\\n  ')).toEqual([
      './gatehouse run --db FILE --model .../olmoe --quiz .../mmlu', "--name 'no experts'", '--limit 1560', '--shots 5', '--format lm-eval', '--chat', '--record last_prompt',
      '--probabilities last_prompt', '--norms', '--record-lookahead 1,2', '--precision fast', '--mask 2:12,3:1', '--scale 1:2=0.5', '--top-k 4',
    ]);
  });

  it('name the subjects of a complete run', () => {
    expect(commandOf({ ...RUN, status: 'complete' }, ['formal logic', 'law'])).toContain("--subjects 'formal logic,law'");
    expect(commandOf(RUN, ['law'])).not.toContain('--subjects');
    expect(commandOf({ ...RUN, status: 'complete' }, ['law', ''])).not.toContain('--subjects');
    expect(commandOf({ ...RUN, status: 'complete' }, Array.from({ length: 21 }, (_, index) => `s${index}`))).not.toContain('--subjects');
  });

  it('of generated text are sent where they mean something', () => {
    const text = { ...PLAIN, model: 'm', quiz: 'q', temperature: 0.7, seed: 3, stop: 'Q:\n \\n\\n\na\\\\n', extract: 'number', match: 'number', sampling: 'random' };
    expect(requestOf(text)).toEqual({ model: 'm', quiz: 'q' });
    expect(requestOf({ ...text, maxNewTokens: 256, answer: 'generate' })).toEqual({
      model: 'm', quiz: 'q', 'max-new-tokens': 256, sampling: 'random', temperature: 0.7, seed: 3, stop: ['Q:', ' \n\n', 'a\\n'], answer: 'generate', extract: 'number', match: 'number',
    });
    expect(requestOf({ ...text, maxNewTokens: 256, sampling: 'greedy', stop: '', repetitionPenalty: 1.2 })).toEqual({
      model: 'm', quiz: 'q', 'max-new-tokens': 256, 'repetition-penalty': 1.2,
    });
    expect(requestOf({ ...PLAIN, model: 'm', quiz: 'q', longPrompts: 'skip', sampleTopK: 5, minP: 0.1 })).toEqual({ model: 'm', quiz: 'q', 'long-prompts': 'skip' });
  });

  it('of generated text come back from the run that they made', () => {
    const run: Run = {
      ...RUN, interventions: '', format: 'lm-eval', probabilities: 'none', norms: false, lookahead: [], recorded: 'prompt', precision: 'exact', skipped: 3, maxNewTokens: 256,
      sampling: 'random temperature=0.7 top_k=20 top_p=0.9 min_p=0.05 repetition_penalty=1.1 seed=3', answerRule: 'regex:(\\d+)', answerMatch: 'number', stop: ['Q:', "\n'a\\"],
    };
    const request = {
      model: 'olmoe', quiz: 'mmlu', name: 'no experts', limit: 1563, shots: 5, format: 'lm-eval', 'long-prompts': 'skip', 'max-new-tokens': 256, sampling: 'random', temperature: 0.7,
      'sample-top-k': 20, 'top-p': 0.9, 'min-p': 0.05, 'repetition-penalty': 1.1, seed: 3, stop: ['Q:', "\n'a\\"], answer: 'generate', extract: 'regex:(\\d+)', match: 'number',
    };
    expect(requestOf(optionsOf(run))).toEqual(request);
    expect(optionsOf({ ...run, shortened: 1 }).longPrompts).toBe('truncate-examples');
    expect(requestOf(optionsOf({ ...run, sampling: 'greedy', answerRule: '', answerMatch: '', stop: [] }))).not.toHaveProperty('seed');
    expect(commandOf(run)).toContain("--stop Q: \\\n  --stop '\n'\\''a\\' \\\n  --answer generate \\\n  --extract 'regex:(\\d+)'");
  });
});
