import { expect, it } from 'vitest';
import { emptyText } from './empty';

it('a result without rows says what its relations need', () => {
  expect(emptyText('SELECT * FROM runs WHERE run_id = 9')).toBe('No rows match.');
  expect(emptyText('SELECT layer FROM Expert_Similarity')).toContain('gatehouse model DIR --db FILE');
  expect(emptyText('SELECT * FROM runs JOIN model_experts USING (run_id)')).toContain('have not been read');
  expect(emptyText('SELECT * FROM router_probabilities')).toContain('--probabilities all');
  expect(emptyText('FROM generation_lengths')).toContain('--max-new-tokens');
  expect(emptyText('SELECT * FROM norm_gate_ranks')).toContain('--norms');
  expect(emptyText('SELECT * FROM token_mismatch(1, (SELECT max(run_id) FROM runs WHERE run_id <> 1))')).toContain('needs a second run');
});

it('names in comments and texts are no relations', () => {
  expect(emptyText("SELECT 'expert_similarity' AS a FROM runs -- model_experts")).toBe('No rows match.');
});
