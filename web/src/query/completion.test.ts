import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { describe, expect, test } from 'vitest';
import type { Table } from '../api/http';
import { bareColumns, columnCompletions, tablesNamedIn } from './completion';

const EXPERTS: Table = {
  name: 'experts',
  comment: '',
  columns: [
    { name: 'run_id', type: 'INTEGER', comment: 'The run' },
    { name: 'expert', type: 'SMALLINT', comment: '' },
  ],
};
const ANSWERS: Table = {
  name: 'answers',
  comment: '',
  columns: [
    { name: 'run_id', type: 'INTEGER', comment: 'The run' },
    { name: 'correct', type: 'BOOLEAN', comment: '' },
  ],
};
const TABLES = [EXPERTS, ANSWERS];

function complete(sql: string): string[] | null {
  const state = EditorState.create({ doc: sql });
  const result = bareColumns(() => TABLES)(new CompletionContext(state, sql.length, false));
  return result === null ? null : result.options.map((option) => option.label);
}

describe('tablesNamedIn', () => {
  test('finds names in any case, also after a cursor', () => {
    expect(tablesNamedIn('SELECT ex FROM Experts e', TABLES)).toEqual([EXPERTS]);
  });

  test('does not find a part of a word', () => {
    expect(tablesNamedIn('SELECT * FROM unused_experts', TABLES)).toEqual([]);
  });
});

test('columnCompletions names a shared column once', () => {
  expect(columnCompletions(TABLES).map((option) => option.label)).toEqual(['run_id', 'expert', 'correct']);
});

describe('bareColumns', () => {
  test('offers the columns of the tables that the statement names', () => {
    expect(complete('SELECT * FROM experts WHERE ex')).toEqual(['run_id', 'expert']);
  });

  test('leaves what stands behind a dot to the SQL language package', () => {
    expect(complete('SELECT * FROM experts WHERE experts.ex')).toBeNull();
  });

  test('offers nothing before a table is named', () => {
    expect(complete('SELECT ex')).toBeNull();
  });
});
