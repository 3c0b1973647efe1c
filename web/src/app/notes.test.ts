import { expect, test } from 'vitest';
import { gridOfRows } from '../api/rows';
import { answer } from '../api/testing';
import { labelsOf, markedCells, noteCells, noteLines, notesOf, notesOn, notesSql } from './notes';

const NOTES = notesOf(
  answer(
    ['note_id', 'layer', 'expert', 'label', 'text', 'of_model'],
    [
      [1, 2, 15, 'commas', 'after numbers', true],
      [4, 2, 15, 'masked', '', false],
      [5, 3, 15, 'dates', '', true],
    ],
  ),
);

test('reads the notes of a run', () => {
  expect(notesSql(3)).toBe(
    'SELECT note_id, layer, expert, label, text, of_model\nFROM expert_notes\nWHERE run_id = 3\nORDER BY layer, expert, note_id',
  );
});

test('labels of an expert stand in one line', () => {
  expect(labelsOf(NOTES, 2, 15)).toBe('commas; masked');
  expect(labelsOf(NOTES, 2, 14)).toBe('');
  expect(notesOn(NOTES, 2, 15).map(({ ofModel }) => ofModel)).toEqual([true, false]);
});

test('an expert with several notes has one mark, in the rows that are shown', () => {
  expect(markedCells(NOTES, [1, 2])).toEqual([{ row: 1, column: 15 }]);
  expect(markedCells(NOTES, [3, 2])).toEqual([
    { row: 1, column: 15 },
    { row: 0, column: 15 },
  ]);
});

test('a pair of experts has a line for each that has notes', () => {
  expect(noteLines(NOTES, 2, 4, 15)).toEqual(['expert 15: commas; masked']);
  expect(noteLines(NOTES, 2, 15, 15)).toEqual(['expert 15: commas; masked']);
  expect(noteLines(NOTES, 2, undefined, 4)).toEqual([]);
});

test('a table names notes beside experts only, at the layer of the row or of the table', () => {
  const byLayer = noteCells(NOTES, gridOfRows(answer(['layer', 'expert', 'n'], [[2, 15, 15], [3, 15, 15], [3, 14, 15]])));
  expect([0, 1, 2].map((row) => [0, 1, 2].map((column) => byLayer(row, column)))).toEqual([
    ['', 'commas; masked', ''],
    ['', 'dates', ''],
    ['', '', ''],
  ]);
  const others = gridOfRows(answer(['other_expert'], [[15]]));
  expect(noteCells(NOTES, others, 3)(0, 0)).toBe('dates');
  expect(noteCells(NOTES, others)(0, 0)).toBe('');
});
