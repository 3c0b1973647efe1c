import { afterEach, describe, expect, it, vi } from 'vitest';
import { answer } from '../api/testing';
import { bind, chosen, fieldOf, missingValues, type Parameter, readAllParameters, readChoices, readParameters, splitValues, withValues } from './parameters';
import { statementsOf } from './statements';

afterEach(() => vi.unstubAllGlobals());

/** A server that knows the parameters of some statements and cannot read others. */
function serve(known: Record<string, Parameter[]>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (_: string, { body }: { body: string }) => {
    const { sql } = JSON.parse(body) as { sql: string };
    asked.push(sql);
    const named = known[sql];
    return Promise.resolve(
      named === undefined
        ? Response.json({ title: 'Wrong', status: 400, detail: 'No.' }, { status: 400, headers: { 'Content-Type': 'application/problem+json' } })
        : Response.json({ columns: [], parameters: [], named }),
    );
  });
  return asked;
}

const LAYER: Parameter = { name: 'layer', type: 'BIGINT', column: 'layer' };
const SCOPE: Parameter = { name: 'scope', type: 'VARCHAR' };

describe('parameters', () => {
  it('asks the server only about texts that may have some, and once', async () => {
    const asked = serve({ 'SELECT :layer AS once': [LAYER], "SELECT ':a', x::INT, l[2:] -- :b": [] });
    expect(await readParameters('SELECT 1')).toEqual([]);
    expect(await readParameters('SELECT 1 -- :layer')).toEqual([]);
    expect(asked).toEqual([]);
    expect(await readParameters('SELECT :layer AS once')).toEqual([LAYER]);
    expect(await readParameters('SELECT :layer AS once')).toEqual([LAYER]);
    expect(asked).toEqual(['SELECT :layer AS once']);
    expect(await readParameters('SELEC :layer')).toBeUndefined();
  });

  it('has each name of a text once, and keeps them while a statement is being typed', async () => {
    serve({ 'SELECT :layer, 1': [LAYER], 'SELECT :layer, :scope': [LAYER, SCOPE] });
    expect(await readAllParameters('SELECT :layer, 1; SELECT :layer, :scope', [])).toEqual([LAYER, SCOPE]);
    expect(await readAllParameters('SELECT :layer, 1; SELECT :lay', [SCOPE])).toEqual([LAYER, SCOPE]);
    expect(await readAllParameters('SELECT 1', [SCOPE])).toEqual([]);
  });

  it('gives each statement its own values and names those that are missing', async () => {
    serve({ 'SELECT :layer, 2': [LAYER], 'SELECT :scope, 2': [SCOPE] });
    const { bound, missing } = await bind(statementsOf('SELECT :layer, 2; SELECT 3; SELECT :scope, 2'), { layer: '3', other: 'x' });
    expect(bound.map(({ values }) => values)).toEqual([{ layer: '3' }, undefined, {}]);
    expect(missing).toEqual(['scope']);
    expect(missingValues(missing)).toBe('Give a value for :scope.');
    expect(missingValues(['a', 'b', 'c'])).toBe('Give a value for :a, :b and :c.');
    expect((await bind(statementsOf('SELECT :scope, 2'), { scope: null })).bound[0]?.values).toEqual({ scope: null });
    expect(chosen([LAYER, SCOPE], { scope: null, other: 'x' })).toEqual({ scope: null });
  });

  it('has fields by type', () => {
    expect(['BIGINT', 'DOUBLE', 'DECIMAL(4,1)', 'DATE', 'BOOLEAN', 'VARCHAR', 'TIMESTAMP'].map(fieldOf)).toEqual([
      'number',
      'number',
      'number',
      'date',
      'choice',
      'text',
      'text',
    ]);
  });

  it('reads the values of a column that the console knows', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (_: string, { body }: { body: string }) => {
      asked.push((JSON.parse(body) as { sql: string }).sql);
      return Promise.resolve(Response.json(answer(['run_id', 'name'], [[1, 'first'], [2, 'second']])));
    });
    const { signal } = new AbortController();
    expect(await readChoices('run_id', signal)).toEqual([
      { value: '1', label: 'first' },
      { value: '2', label: 'second' },
    ]);
    expect(await readChoices('weight', signal)).toEqual([]);
    expect(await readChoices('constructor', signal)).toEqual([]);
    expect(asked).toEqual(['SELECT DISTINCT run_id, name\nFROM runs\nWHERE run_id IS NOT NULL\nORDER BY run_id']);
  });

  it('keeps values in comments above a saved query', () => {
    const values = { layer: '3', scope: null, subject: 'a "b"\n-- :c = 1' };
    const saved = withValues('SELECT :layer', values);
    expect(saved.split('\n')).toHaveLength(4);
    expect(splitValues(saved)).toEqual({ sql: 'SELECT :layer', values });
    expect(splitValues('-- :Layer = 3\n-- :name = first run \n-- a comment\nSELECT 1')).toEqual({
      sql: '-- a comment\nSELECT 1',
      values: { layer: '3', name: 'first run' },
    });
    expect(withValues('SELECT 1', {})).toBe('SELECT 1');
    expect(splitValues('SELECT 1')).toEqual({ sql: 'SELECT 1', values: {} });
  });
});
