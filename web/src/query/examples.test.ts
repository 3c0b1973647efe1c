import { describe, expect, it } from 'vitest';
import type { SqlFunction } from '../api/http';
import { exampleFor } from './examples';

function tableFunction(form: string): SqlFunction {
  return { name: form.slice(0, form.indexOf('(')), group: 'Tables', forms: [form], comment: '' };
}

const FUNCTIONS = [
  tableFunction('nearest_questions(run INTEGER, question INTEGER, basis VARCHAR, k INTEGER)'),
  tableFunction('experts_of_subject(run INTEGER, scope VARCHAR, subject VARCHAR, k INTEGER)'),
];

describe('examples', () => {
  it('query the run and the question at hand', () => {
    const sql = 'SELECT 1\nFROM question_similarity\nWHERE run_id = 1 AND question_id = 1 AND other_run_id = 1';
    expect(exampleFor(sql, 3, 7, FUNCTIONS)).toBe('SELECT 1\nFROM question_similarity\nWHERE run_id = 3 AND question_id = 7 AND other_run_id = 1');
  });

  it('compare with the other run that is given', () => {
    const sql = 'FROM nearest_questions(1, 1, 2)\nWHERE other_run_id = (SELECT max(run_id) FROM runs WHERE run_id <> 1)';
    expect(exampleFor(sql, 3, 7, FUNCTIONS, 5)).toContain('other_run_id = 5');
    expect(exampleFor(sql, 3, 7, FUNCTIONS)).toContain('other_run_id = (SELECT max(run_id) FROM runs WHERE run_id <> 3)');
    expect(exampleFor(sql, 3, 7, FUNCTIONS, 3)).toContain('other_run_id = (SELECT max(run_id) FROM runs WHERE run_id <> 3)');
  });

  it('that only need the last run query the one at hand', () => {
    expect(exampleFor('FROM nearest_questions((SELECT max(run_id) FROM runs), 1, 2)', 3, 7, FUNCTIONS)).toBe('FROM nearest_questions(3, 1, 2)');
  });

  it('pass them to table functions', () => {
    expect(exampleFor("FROM nearest_questions(1, 1, 'top_k', 1)", 3, 7, FUNCTIONS)).toBe("FROM nearest_questions(3, 7, 'top_k', 1)");
    expect(exampleFor("FROM experts_of_subject(1, 'last_prompt', (SELECT min(subject) FROM questions), 1)", 3, 7, FUNCTIONS)).toBe(
      "FROM experts_of_subject(3, 'last_prompt', (SELECT min(subject) FROM questions), 1)",
    );
    expect(exampleFor('FROM unknown(1)', 3, 7, FUNCTIONS)).toBe('FROM unknown(1)');
  });
});
