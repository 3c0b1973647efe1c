import { describe, expect, it } from 'vitest';
import { gridOfRows, lists, numbers, texts, textsOf, values } from './rows';
import { answer } from './testing';

describe('texts of a grid', () => {
  it('put the points of a column in line', () => {
    const text = textsOf(gridOfRows(answer(['n', 'share', 'name'], [[3, 0.5, 'a'], [12, 0.125, null]])));
    expect([0, 1, 2].map((column) => text(0, column))).toEqual(['3', '0.500', 'a']);
    expect([0, 1, 2].map((column) => text(1, column))).toEqual(['12', '0.125', 'NULL']);
  });

  it('group the digits of large whole numbers, but not of ids', () => {
    const text = textsOf(gridOfRows(answer(['activations', 'token_id', 'share'], [[1_234_567, 50_279, 10_000.5], [9999, 1, 0.25]])));
    expect([0, 1, 2].map((column) => text(0, column))).toEqual(['1,234,567', '50279', '10000.50']);
    expect(text(1, 0)).toBe('9999');
  });

  it('show the white space of tokens', () => {
    const text = textsOf(gridOfRows(answer(['top_token', 'subject'], [[' in', ' in'], ['\n\n', 'a'], [' the end\t ', 'b'], ['in', 'c'], [null, 'd']])));
    expect([0, 1, 2, 3, 4].map((row) => text(row, 0))).toEqual(['·in', '↵↵', '·the end→·', 'in', 'NULL']);
    expect(text(0, 1)).toBe(' in');
  });
});

describe('columns of an answer', () => {
  const rows = answer(['a', 'b', 'c'], [[1, 'x', [1, 2]], [null, null, null], ['NaN', 'y', []]]);

  it('are read by name', () => {
    expect(numbers(rows, 'a')).toEqual([1, NaN, NaN]);
    expect(texts(rows, 'b')).toEqual(['x', '', 'y']);
    expect(lists(rows, 'c')).toEqual([[1, 2], [], []]);
  });

  it('must be there', () => {
    expect(() => values(rows, 'd')).toThrow('no column "d", but a, b, c');
  });
});
