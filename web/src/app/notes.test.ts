import { expect, test } from 'vitest';
import { answer } from '../api/testing';
import { labelsOf, notesOf, notesOn, notesSql } from './notes';

test('reads the notes of a run', () => {
  expect(notesSql(3)).toBe(
    'SELECT note_id, layer, expert, label, text, of_model\nFROM expert_notes\nWHERE run_id = 3\nORDER BY layer, expert, note_id',
  );
});

test('labels of an expert stand in one line', () => {
  const notes = notesOf(
    answer(
      ['note_id', 'layer', 'expert', 'label', 'text', 'of_model'],
      [
        [1, 2, 15, 'commas', 'after numbers', true],
        [4, 2, 15, 'masked', '', false],
        [5, 3, 15, 'dates', '', true],
      ],
    ),
  );
  expect(labelsOf(notes, 2, 15)).toBe('commas; masked');
  expect(labelsOf(notes, 2, 14)).toBe('');
  expect(notesOn(notes, 2, 15).map(({ ofModel }) => ofModel)).toEqual([true, false]);
});
