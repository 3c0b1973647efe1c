import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { answeredQuestionOf, entriesOf } from './questions';

const COLUMNS = ['question_id', 'subject', 'question', 'choices', 'answer', 'predicted', 'correct', 'log_probabilities', 'top_token'];

describe('questions', () => {
  it('are listed with whether they were answered correctly', () => {
    const rows = answer(['question_id', 'subject', 'question', 'correct'], [[3, 'logic', 'Which?', true], [4, 'logic', 'What?', false]]);
    expect(entriesOf(rows).map(({ id, correct }) => [id, correct])).toEqual([[3, true], [4, false]]);
  });

  it('have the probability of each choice', () => {
    const rows = answer(COLUMNS, [[3, 'logic', 'Which?', ['one', 'two'], 'B', 'A', false, [Math.log(0.75), Math.log(0.25)], ' A']]);
    const question = answeredQuestionOf(rows);
    expect(question).toMatchObject({ id: 3, predicted: 'A', topToken: ' A' });
    expect(question?.choices).toMatchObject([
      { letter: 'A', text: 'one', right: false, answered: true },
      { letter: 'B', text: 'two', right: true, answered: false },
    ]);
    expect(question?.choices.map(({ probability }) => probability.toFixed(2))).toEqual(['0.75', '0.25']);
  });

  it('need no log-probabilities, which an import may lack', () => {
    const rows = answer(COLUMNS, [[3, 'logic', 'Which?', ['one'], 'A', 'A', true, null, null]]);
    expect(answeredQuestionOf(rows)?.choices[0]?.log).toBeNaN();
  });

  it('may be none', () => {
    expect(answeredQuestionOf(answer(COLUMNS, []))).toBeUndefined();
  });
});
