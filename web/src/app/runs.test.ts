import { describe, expect, it } from 'vitest';
import type { Value } from '../api/http';
import { answer } from '../api/testing';
import { answerText, commonScope, counterpart, decodedScope, differences, firstChoice, interventionTexts, maskedText, partialText, recordedText, type Run, runsOf, runText, scopeOf, sizeText, treatment } from './runs';

const COLUMNS = [
  'run_id', 'name', 'model', 'fingerprint', 'architecture', 'layers', 'quiz', 'prompt_format', 'questions', 'recorded', 'shots', 'status', 'started_at', 'finished_at', 'storage', 'precision',
  'device', 'probabilities', 'norms', 'lookahead', 'interventions', 'source', 'step', 'gatehouse_version', 'skipped_questions', 'shortened_prompts', 'max_new_tokens', 'sampling', 'answer_rule', 'answer_match', 'stop', 'note', 'tags',
];

/** A complete run, but for what is given. */
function row(given: Record<string, Value>): Value[] {
  const plain: Record<string, Value> = {
    run_id: 1, name: 'plain', model: 'olmoe', fingerprint: '', architecture: 'OlmoeForCausalLM', layers: 16, quiz: 'mmlu', prompt_format: 'hendrycks', questions: 1560, recorded: 'prompt', shots: 5,
    status: 'complete', started_at: '2026-11-24T10:00:00', finished_at: null, storage: 'BF16', precision: 'exact', device: 'cpu', probabilities: 'none', norms: false,
    interventions: '', source: 'gatehouse', step: null, gatehouse_version: '0.1.0', skipped_questions: 0, shortened_prompts: 0,
    max_new_tokens: null, sampling: null, answer_rule: null, answer_match: null, stop: [], note: '', tags: [],
  };
  return COLUMNS.map((name) => given[name] ?? plain[name] ?? null);
}

function runs(rows: Record<string, Value>[], answered: Value[][] = [], generated: Value[][] = []): Run[] {
  return runsOf(answer(COLUMNS, rows.map(row)), answer(['run_id', 'n', 'correct', 'subjects'], answered), answer(['run_id'], generated));
}

describe('runs', () => {
  it('open with the latest complete one', () => {
    const all = runs([{ run_id: 1 }, { run_id: 2 }, { run_id: 3, status: 'cancelled' }]);
    expect(firstChoice(all)?.id).toBe(2);
    expect(firstChoice(runs([{ run_id: 4, status: 'failed' }, { run_id: 5, status: 'running' }]))?.id).toBe(5);
    expect(firstChoice([])).toBeUndefined();
  });

  it('open neither with a short trial nor with a changed model', () => {
    const all = runs([{ run_id: 1 }, { run_id: 2 }, { run_id: 3, interventions: 'mask 2:12', questions: 3000 }, { run_id: 4, questions: 13 }]);
    expect(firstChoice(all)?.id).toBe(2);
    expect(firstChoice(runs([{ run_id: 1, interventions: 'top-k 4' }, { run_id: 2, questions: 13 }]))?.id).toBe(2);
    expect(firstChoice(runs([{ run_id: 1, interventions: 'top-k 4' }, { run_id: 2, interventions: 'top-k 2' }, { run_id: 3, status: 'running' }]))?.id).toBe(2);
  });

  it('that are partial say how much of them there is', () => {
    const [complete, cancelled] = runs([{ run_id: 1 }, { run_id: 2, name: 'stopped', status: 'cancelled' }], [[1, 1560, 900, 13], [2, 128, 43, 2]]) as [Run, Run];
    expect(partialText(complete)).toBe('');
    expect(partialText(cancelled)).toBe(
      'Run 2 (stopped) was cancelled: 128 of 1,560 questions are answered, of 2 subjects. Its figures cover only these questions, which need not represent the quiz.',
    );
    expect(partialText({ ...cancelled, answered: 0 })).toBe('Run 2 (stopped) was cancelled: none of its 1,560 questions was answered, so it has no figures.');
    // An import has no answers while it is sent, and figures all the same.
    const sent = { ...cancelled, source: 'ingest', answered: 0, status: 'running', questions: 24 };
    expect(partialText(sent)).toBe('Run 2 (stopped) is not finished: it has 24 sequences so far. Its figures cover only these.');
    expect(sizeText(sent)).toBe('24 sequences');
    expect(partialText({ ...cancelled, answered: 0, status: 'running' })).toContain('is not finished: none of its 1,560 questions is answered yet');
    expect(runText(cancelled)).toBe('2 · stopped (olmoe, 128 of 1,560 questions, 5-shot mmlu, cancelled)');
    expect(complete.correct).toBe(900);
  });

  it('say what was done to them', () => {
    const [plain, changed, imported] = runs([
      {},
      { interventions: 'mask 2:12,3:1; scale 1:2=0.5; top-k 4', precision: 'fast', recorded: 'last_prompt', probabilities: 'all', norms: true, step: 5000 },
      { name: 'served', model: '', source: 'vllm', shots: 0, precision: '', questions: 5, quiz: 'served', probabilities: 'none', recorded: 'last_prompt' },
    ]) as [Run, Run, Run];
    expect(maskedText(plain)).toBe('');
    expect(maskedText(changed)).toBe(' The run masks 2 experts; uniform is over all experts, masked ones included.');
    expect(treatment(plain)).toEqual([]);
    expect(treatment(changed)).toEqual([
      '2 experts masked (2:12, 3:1)', '1 expert scaled (1:2=0.5)', 'top-k 4', 'fast precision', 'step 5,000', 'last prompt token only', 'all probabilities', 'norms',
    ]);
    expect(interventionTexts('mask 0:1,0:2,0:3,0:4')).toEqual(['4 experts masked']);
    expect(interventionTexts('resident 0:1,0:2; keep 1; candidates 6')).toEqual(['2 experts resident (0:1, 0:2)', 'keep 1', 'candidates 6']);
    expect(runText(imported)).toBe('1 · served (5 sequences, imported from vllm)');
  });

  it('are compared with a complete one of the same quiz and shape', () => {
    const all = runs([
      { run_id: 1 }, { run_id: 2, interventions: 'top-k 4' }, { run_id: 3, status: 'cancelled' }, { run_id: 4, quiz: 'arc' }, { run_id: 5, model: 'other' },
    ]);
    const alike = (other: Run) => other.model === 'olmoe';
    const choose = (...ids: number[]) => counterpart(all[1] as Run, all.filter(({ id }) => ids.includes(id)), alike)?.id;
    expect([choose(1, 3, 4, 5), choose(3, 4, 5), choose(3, 4), choose(4), choose()]).toEqual([1, 5, 3, 4, undefined]);
    expect(differences(all[0] as Run, all[1] as Run)).toEqual([{ name: 'Interventions', mine: 'none', theirs: 'top-k 4' }]);
    expect(differences(all[0] as Run, all[3] as Run)).toEqual([{ name: 'Quiz', mine: 'mmlu', theirs: 'arc' }]);
    expect(differences(all[0] as Run, all[4] as Run)).toEqual([{ name: 'Model', mine: 'olmoe', theirs: 'other' }]);
    const [one, copied] = runs([{ run_id: 1, fingerprint: 'ab' }, { run_id: 2, model: 'copy', fingerprint: 'ab' }]) as [Run, Run];
    expect(differences(one, copied)).toEqual([]);
  });

  it('that generate text say so, and have its tokens to look at', () => {
    const rows = [
      {},
      {
        run_id: 2, name: 'writes', max_new_tokens: 256, sampling: 'random temperature=0.7 seed=3', answer_rule: 'number', answer_match: 'number', stop: ['Q:', '\n\n'], skipped_questions: 3,
        shortened_prompts: 1,
      },
      { run_id: 3, recorded: 'last_prompt' },
      { run_id: 4, source: 'long' },
    ];
    const [plain, writes, last, imported] = runs(rows, [], [[2], [2], [4]]) as [Run, Run, Run, Run];
    expect(treatment(writes)).toEqual(['up to 256 generated tokens', 'answers from the text', '3 long questions skipped', '1 prompt shortened']);
    expect([plain.maxNewTokens, writes.maxNewTokens, writes.stop]).toEqual([undefined, 256, ['Q:', '\n\n']]);
    expect(recordedText(writes)).toBe('all prompt tokens and generated tokens');
    expect(answerText(plain)).toBe('probabilities of the choices');
    expect(answerText(writes)).toBe('generated text, rule number, compared as numbers');
    expect(differences(plain, writes).map(({ name }) => name)).toEqual(['Tokens recorded', 'Generated tokens', 'Answers from']);
    expect([plain, writes, last, imported].map((run) => scopeOf(run, 'generated'))).toEqual(['last_prompt', 'generated', 'last_prompt', 'generated']);
    expect([plain, writes, last, imported].map((run) => scopeOf(run, undefined))).toEqual(['last_prompt', 'last_prompt', 'last_prompt', 'prompt']);
    expect([plain, writes, last, imported].map((run) => scopeOf(run, decodedScope(run)))).toEqual(['prompt', 'generated', 'last_prompt', 'generated']);
    expect([plain, writes, last, imported].map((run) => scopeOf(run, 'prompt'))).toEqual(['prompt', 'prompt', 'last_prompt', 'prompt']);
    expect([commonScope('generated', plain), commonScope('generated', writes), commonScope('prompt', last), commonScope('prompt', plain)]).toEqual([
      'last_prompt', 'generated', 'last_prompt', 'prompt',
    ]);
  });
});
