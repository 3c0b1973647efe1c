import { describe, expect, test } from 'vitest';
import { rangeOf } from './position';

function marked(text: string, line: number, column: number, endLine: number, endColumn: number): string {
  const { from, to } = rangeOf(text, { line, column, endLine, endColumn });
  return text.slice(from, to);
}

describe('rangeOf', () => {
  test('marks a word of the first line', () => {
    expect(marked('SELECT layr FROM experts', 1, 8, 1, 11)).toBe('layr');
  });

  test('marks a word of a later line', () => {
    expect(marked('SELECT *\nFROM experts\nWHERE layr = 1', 3, 7, 3, 10)).toBe('layr');
  });

  test('marks across lines', () => {
    expect(marked('SELECT a,\n  b\nFROM t', 1, 8, 2, 3)).toBe('a,\n  b');
  });

  test('marks one character where the server names one', () => {
    expect(marked('SELECT )', 1, 8, 1, 8)).toBe(')');
  });

  test('marks the last character when the position is past the end', () => {
    expect(marked('SELECT', 1, 7, 1, 7)).toBe('T');
    expect(marked('SELECT', 9, 1, 9, 4)).toBe('T');
  });

  test('does not reach past the end of the text', () => {
    expect(rangeOf('SELECT x', { line: 1, column: 8, endLine: 1, endColumn: 99 })).toEqual({ from: 7, to: 8 });
  });

  test('is empty in an empty text', () => {
    expect(rangeOf('', { line: 1, column: 1, endLine: 1, endColumn: 1 })).toEqual({ from: 0, to: 0 });
  });

  test('counts UTF-16 units as the server does', () => {
    expect(marked("SELECT '日本', layr", 1, 14, 1, 17)).toBe('layr');
    expect(marked("SELECT '😀', layr", 1, 14, 1, 17)).toBe('layr');
  });
});
