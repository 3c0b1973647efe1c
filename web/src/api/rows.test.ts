import { describe, expect, it } from 'vitest';
import { lists, numbers, texts, values } from './rows';
import { answer } from './testing';

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
