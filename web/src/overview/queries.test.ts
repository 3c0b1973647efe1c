import { describe, expect, it } from 'vitest';
import { accuracySql, answersSql, entropySql, leastQuestions, promptSql, questionsSql, utilisationSql } from './queries';

const BUILDERS = [utilisationSql, entropySql, answersSql, questionsSql, (look: Parameters<typeof utilisationSql>[0]) => accuracySql(look, 30)];

describe('queries', () => {
  it('quote the subject, whatever is in it', () => {
    for (const build of BUILDERS) {
      expect(build({ run: 3, scope: 'prompt', subject: "o'clock; --" })).toContain("'o''clock; --'");
    }
  });

  it('look at one run and at the tokens of the scope', () => {
    for (const build of BUILDERS) {
      for (const subject of [undefined, 'anatomy']) {
        expect(build({ run: 42, scope: 'last_prompt', subject })).toMatch(/run_id = 42\b|\(42, /);
      }
    }
    for (const build of [utilisationSql, entropySql, (look: Parameters<typeof utilisationSql>[0]) => accuracySql(look, 30)]) {
      for (const subject of [undefined, 'anatomy']) {
        expect(build({ run: 1, scope: 'last_prompt', subject })).toContain("'last_prompt'");
        expect(build({ run: 1, scope: 'prompt', subject })).not.toContain('last_prompt');
      }
    }
  });

  it('ask views and table functions, and compute nothing', () => {
    for (const build of [...BUILDERS, () => promptSql(1, 2, 3)]) {
      for (const subject of [undefined, 'anatomy']) {
        const sql = build({ run: 1, scope: 'prompt', subject });
        expect(sql.match(/\bFROM \w+/g)).toHaveLength(1);
        expect(sql).not.toMatch(/\b(JOIN|GROUP|CASE|COUNT|SUM|AVG)\b/i);
      }
    }
  });

  it('ask for fewer questions where there are few', () => {
    expect([1560, 300, 120, 24, 3].map(leastQuestions)).toEqual([30, 30, 12, 2, 1]);
  });
});
