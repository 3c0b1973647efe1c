import { describe, expect, it } from 'vitest';
import { answersOfBothSql, coactivationSql, differenceSql, questionListSql, saturationSql, subjectsSql, transitionsSql } from './queries';

type Look = Parameters<typeof differenceSql>[0];

const OF_SUBJECT = [
  (look: Look) => coactivationSql(look, 1),
  (look: Look) => transitionsSql(look, 1, 3),
  (look: Look) => differenceSql(look, 2),
  (look: Look) => saturationSql(look, 2, 4),
  (look: Look) => answersOfBothSql(look, 2),
  (look: Look) => questionListSql(look, 'all', ''),
];

describe('queries of Explore', () => {
  it('look at the subject that is picked', () => {
    for (const build of OF_SUBJECT) {
      expect(build({ run: 1, scope: 'prompt', subject: "o'clock" })).toContain("q.subject = 'o''clock'");
      expect(build({ run: 1, scope: 'prompt' })).not.toContain('q.subject =');
    }
  });

  it('look at the tokens of the scope', () => {
    for (const build of [(look: Look) => subjectsSql(look, 0), ...OF_SUBJECT.slice(0, 4)]) {
      expect(build({ run: 1, scope: 'last_prompt' })).toMatch(/scope = 'last_prompt'|is_last_prompt/);
      expect(build({ run: 1, scope: 'prompt' })).not.toContain('last_prompt');
    }
  });

  it('compare both runs in the same way', () => {
    const sql = differenceSql({ run: 41, scope: 'prompt', subject: 'x' }, 42);
    expect(sql.match(/run_id = 41\b/g)).toHaveLength(2);
    expect(sql.match(/run_id = 42\b/g)).toHaveLength(2);
    expect(sql.match(/ORDER BY/g)).toHaveLength(1);
  });

  it('seek texts as they are', () => {
    expect(questionListSql({ run: 1, scope: 'prompt' }, 'wrong', "It's 100%")).toContain("POSITION('it''s 100%' IN LOWER(q.question)) > 0");
  });
});
