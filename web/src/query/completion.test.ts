import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { afterEach, expect, it, vi } from 'vitest';
import { serverCompletions } from './completion';

afterEach(() => vi.unstubAllGlobals());

it('keeps the order of the server among equal matches', async () => {
  const texts = ['questions', 'question_attributes', 'question_answers', ...Array.from({ length: 20 }, (_, place) => `question_${20 - place}`)];
  const suggestions = texts.map((text) => ({ text, kind: 'table', detail: '', from: 27 }));
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ suggestions })));
  const sql = 'SELECT * FROM answers JOIN que';
  const result = await serverCompletions(new CompletionContext(EditorState.create({ doc: sql }), sql.length, false));
  expect(result?.from).toBe(27);
  // As CodeMirror compares completions with the same score.
  const shown = [...(result?.options ?? [])].sort((a, b) => (a.sortText ?? a.label).localeCompare(b.sortText ?? b.label));
  expect(shown.map(({ label }) => label)).toEqual(texts);
  expect(shown.every(({ boost }) => boost === undefined)).toBe(true);
});
