import { describe, expect, it } from 'vitest';
import type { Run } from '../app/runs';
import { commandOf, optionsOf, PLAIN, requestOf } from './options';

const RUN: Run = {
  id: 3, name: 'no experts', model: 'olmoe', architecture: '', task: 'mmlu', format: 'lm-eval+chat', questions: 1560, answered: 128, correct: 43, subjects: 2, scope: 'last_prompt',
  shots: 5, status: 'cancelled', startedAt: '', finishedAt: '', storage: 'BF16', precision: 'fast', device: 'cpu', probabilities: 'last_prompt', norms: true,
  interventions: 'mask 2:12,3:1; scale 1:2=0.5; top-k 4', source: 'gatehouse', step: undefined, version: 'test',
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
      norms: true, precision: 'fast', mask: ['2:12', '3:1'], scale: ['1:2=0.5'], 'top-k': 4,
    });
    expect(optionsOf({ ...RUN, format: 'olmes+chat+no-thinking' })).toMatchObject({ format: 'olmes', chat: true, thinking: 'off' });
    expect(optionsOf({ ...RUN, format: 'open-instruct+empty-thinking' })).toMatchObject({ format: 'open-instruct', chat: false, thinking: 'empty' });
    expect(optionsOf({ ...RUN, interventions: '' })).toMatchObject({ mask: '', scale: '', topK: null });
  });

  it('make a command line', () => {
    expect(commandOf(RUN).split(' \\\n  ')).toEqual([
      './gatehouse run --db FILE --model .../olmoe --quiz .../mmlu', "--name 'no experts'", '--limit 1560', '--shots 5', '--format lm-eval', '--chat', '--record last_prompt',
      '--probabilities last_prompt', '--norms', '--precision fast', '--mask 2:12,3:1', '--scale 1:2=0.5', '--top-k 4',
    ]);
  });
});
