import { describe, expect, it } from 'vitest';
import { statementAt, statementsOf } from './statements';

describe('statements', () => {
  it('end at semicolons that are no part of something', () => {
    const text = "SELECT ';' AS \"a;b\" -- c;d\n;  /* e;f */ SELECT 2;\n;;\nSELECT 'it''s;'";
    expect(statementsOf(text).map((statement) => statement.text)).toEqual([
      "SELECT ';' AS \"a;b\" -- c;d",
      '/* e;f */ SELECT 2',
      "SELECT 'it''s;'",
    ]);
    for (const { from, to, text: piece } of statementsOf(text)) {
      expect(text.slice(from, to)).toBe(piece);
    }
  });

  it('are none in a text of blanks and comments', () => {
    expect(statementsOf('  \n-- nothing; here\n;/* nor; here')).toEqual([]);
    expect(statementAt('-- x', 2)).toBeUndefined();
  });

  it('hold together while a string is still open', () => {
    expect(statementsOf("SELECT 'a; SELECT 2").map(({ text }) => text)).toEqual(["SELECT 'a; SELECT 2"]);
  });

  it('are found by the cursor', () => {
    const text = 'SELECT 1;\n\nSELECT 2;\n';
    const at = (cursor: number) => statementAt(text, cursor)?.text;
    expect([0, 8, 9, 10, 11, 19, 20, 21].map(at)).toEqual([
      'SELECT 1', 'SELECT 1', 'SELECT 1', 'SELECT 1', 'SELECT 2', 'SELECT 2', 'SELECT 2', 'SELECT 2',
    ]);
  });
});
