import { expect, test } from 'vitest';
import type { SqlFunction } from '../api/http';
import { comparedQueries, statementFor, valuesFor } from './comparedQueries';

const FUNCTIONS: SqlFunction[] = [{ name: 'top_experts', group: 'Tables', forms: ['top_experts(run INTEGER, k INTEGER)'], comment: '' }];

test('only queries that name a run can be compared', () => {
  const example = (title: string, sql: string) => ({ group: 'Load', title, about: '', sql });
  const queries = comparedQueries(
    [example('Runs', 'SELECT name FROM runs'), example('Two', 'SELECT a.layer FROM layer_load AS a JOIN layer_load AS b USING (layer) WHERE a.run_id = 1 AND b.run_id = 2'), example('Load', 'SELECT layer FROM layer_load WHERE run_id = 1'), example('Top', 'SELECT layer FROM top_experts(1, 3)')],
    [{ name: 'mine', sql: '-- :run = "1"\n-- :layer = "3"\nSELECT expert FROM expert_load WHERE run_id = :run AND layer = :layer' }],
    FUNCTIONS,
  );
  expect(queries.map(({ name }) => name)).toEqual(['mine', 'Load', 'Top']);
  expect(queries[0]?.values).toEqual({ run: '1', layer: '3' });
});

test('a statement reads the run that is asked for', () => {
  expect(statementFor('SELECT layer FROM layer_load WHERE run_id = 1 AND question_id = 1', 7, FUNCTIONS)).toBe('SELECT layer FROM layer_load WHERE run_id = 7 AND question_id = 1');
  expect(statementFor('SELECT layer FROM top_experts(1, 3)', 7, FUNCTIONS)).toBe('SELECT layer FROM top_experts(7, 3)');
});

test('the parameter of the run gets its id, and the others what was kept', () => {
  const parameters = [
    { name: 'which', type: 'INTEGER', column: 'run_id' },
    { name: 'layer', type: 'INTEGER', column: 'layer' },
    { name: 'token', type: 'VARCHAR' },
  ];
  expect(valuesFor(parameters, { which: '1', layer: null }, 7)).toEqual({ values: { which: '7', layer: null }, missing: ['token'] });
  const two = [
    { name: 'run', type: 'INTEGER', column: 'run_id' },
    { name: 'baseline', type: 'INTEGER', column: 'run_id' },
  ];
  expect(valuesFor(two, { run: '1', baseline: '3' }, 7)).toEqual({ values: { run: '7', baseline: '3' }, missing: [] });
});
