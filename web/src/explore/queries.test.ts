import { describe, expect, it } from 'vitest';
import {
  answerDifferenceSql,
  answersOfBothSql,
  changedAnswersSql,
  coactivationSql,
  differenceSql,
  generationSql,
  nearestSql,
  predictabilitySql,
  questionListSql,
  questionSql,
  routingOfQuestionSql,
  mismatchSql,
  saturationSql,
  sequenceListSql,
  sequenceSql,
  subjectsSql,
  transitionsSql,
} from './queries';

type Look = Parameters<typeof differenceSql>[0];

const OF_SUBJECT = [
  (look: Look) => coactivationSql(look, 1),
  (look: Look) => transitionsSql(look, 1, 3),
  (look: Look) => differenceSql(look, 2),
  (look: Look) => saturationSql(look, 2),
  (look: Look) => answersOfBothSql(look, 2),
  (look: Look) => changedAnswersSql(look, 2),
  (look: Look) => questionListSql(look, 'all', ''),
];

describe('queries of Explore', () => {
  it('look at the subject that is picked', () => {
    for (const build of OF_SUBJECT) {
      expect(build({ run: 1, scope: 'prompt', subject: "o'clock" })).toContain("'o''clock'");
      expect(build({ run: 1, scope: 'prompt' })).not.toMatch(/subject =|_of_subject/);
    }
  });

  it('look at the tokens of the scope', () => {
    for (const build of [(look: Look) => subjectsSql(look, 0), predictabilitySql, ...OF_SUBJECT.slice(0, 4)]) {
      for (const subject of [undefined, 'anatomy']) {
        expect(build({ run: 1, scope: 'last_prompt', subject })).toContain("'last_prompt'");
        expect(build({ run: 1, scope: 'prompt', subject })).not.toContain('last_prompt');
      }
    }
  });

  it('compare both runs', () => {
    expect(saturationSql({ run: 41, scope: 'prompt' }, 42)).toContain("run_id = 41 AND scope = 'prompt' AND other_run_id = 42");
    for (const build of [differenceSql, saturationSql]) {
      expect(build({ run: 41, scope: 'prompt', subject: 'x' }, 42)).toContain("_of_subject(41, 42, 'prompt', 'x')");
    }
    expect(answerDifferenceSql(41, 42)).toContain('run_id = 41 AND other_run_id = 42');
    expect(changedAnswersSql({ run: 41, scope: 'prompt' }, 42)).toContain('changed_answers(41, 42)');
    expect(mismatchSql({ run: 41, scope: 'last_prompt' }, 42)).toContain("routing_mismatch(41, 42)\nWHERE phase = 'prompt'");
    expect(mismatchSql({ run: 41, scope: 'generated' }, 42)).toContain("phase = 'generated'");
  });

  it('compare the common questions of both runs', () => {
    expect(differenceSql({ run: 41, scope: 'prompt' }, 42)).toContain("utilisation_difference_of_questions(41, 42, 'prompt')");
  });

  it('ask views and table functions, and compute nothing', () => {
    const look: Look = { run: 1, scope: 'prompt', subject: 'x' };
    for (const sql of [
      subjectsSql(look, 0),
      questionSql(1, 2),
      routingOfQuestionSql(1, 2),
      nearestSql(1, 2, 10),
      generationSql(1, 2),
      answerDifferenceSql(1, 2),
      sequenceSql('quiz', 2),
      sequenceListSql('quiz', 'x', 'text'),
      ...OF_SUBJECT.flatMap((build) => [build(look), build({ run: 1, scope: 'prompt' })]),
    ]) {
      expect(sql.match(/\bFROM \w+/g)).toHaveLength(1);
      expect(sql).not.toMatch(/\b(JOIN|GROUP|CASE|COUNT|SUM|AVG)\b/i);
    }
  });

  it('seek texts as they are', () => {
    expect(questionListSql({ run: 1, scope: 'prompt' }, 'wrong', "It's 100%")).toContain("POSITION('it''s 100%' IN LOWER(question)) > 0");
  });
});
