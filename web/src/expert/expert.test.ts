import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { contextsOf, shown } from './contexts';
import { accuracySql, contextsSql, type ExpertLook, loadSql, masksSql, similarSql, subjectsSql, togetherSql, tokensSql, weightsSql } from './queries';

describe('an expert', () => {
  it('has contexts with the text before and after', () => {
    const rows = answer(
      ['place', 'question_id', 'position', 'weight', 'distance', 'token_id', 'token'],
      [[1, 7, 2, 0.5, -1, 4, 'The'], [1, 7, 2, 0.5, 0, 5, ' cat'], [1, 7, 2, 0.5, 1, 6, ' sat'], [1, 7, 2, 0.5, 2, 7, '\n'], [2, 8, 0, null, 0, 9, '']],
    );
    expect(contextsOf(rows)).toEqual([
      { question: 7, position: 2, weight: 0.5, before: 'The', token: ' cat', after: ' sat↵' },
      { question: 8, position: 0, weight: NaN, before: '', token: '#9 ', after: '' },
    ]);
    expect(shown('\uFFFD', 3)).toBe('#3 ');
  });

  it('is asked for by views and table functions', () => {
    const look: ExpertLook = { run: 3, scope: 'prompt', layer: 2, expert: 5 };
    for (const sql of [
      loadSql(look), accuracySql(look), subjectsSql(look), tokensSql(look, 20), contextsSql(look, 10, 8), togetherSql(look), weightsSql(look), similarSql(look), masksSql(look),
    ]) {
      expect(sql.match(/\bFROM \w+/g)).toHaveLength(1);
      expect(sql).not.toMatch(/\b(JOIN|GROUP|CASE|COUNT|SUM|AVG)\b/i);
      expect(sql).toMatch(/run_id = 3\b|\(3, 'prompt', 2, 5, /);
    }
  });
});
