import { describe, expect, it } from 'vitest';
import { accuracySql, answersSql, entropySql, leastQuestions, questionsSql, usageSql } from './queries';

const BUILDERS = [usageSql, entropySql, answersSql, questionsSql, (look: Parameters<typeof usageSql>[0]) => accuracySql(look, 30)];

describe('queries', () => {
  it('quote the subject, whatever is in it', () => {
    for (const build of BUILDERS) {
      expect(build({ run: 3, scope: 'prompt', subject: "o'clock; --" })).toContain("'o''clock; --'");
    }
  });

  it('look at one run and at the tokens of the scope', () => {
    for (const build of BUILDERS) {
      for (const subject of [undefined, 'anatomy']) {
        expect(build({ run: 42, scope: 'last_prompt', subject })).toMatch(/run_id = 42\b/);
      }
    }
    for (const build of [usageSql, entropySql]) {
      expect(build({ run: 1, scope: 'last_prompt' })).toContain("scope = 'last_prompt'");
      expect(build({ run: 1, scope: 'last_prompt', subject: 'x' })).toContain('.is_last_prompt');
      expect(build({ run: 1, scope: 'prompt', subject: 'x' })).not.toContain('last_prompt');
    }
  });

  it('ask for fewer questions where there are few', () => {
    expect([1560, 300, 120, 24, 3].map(leastQuestions)).toEqual([30, 30, 12, 2, 1]);
  });
});
