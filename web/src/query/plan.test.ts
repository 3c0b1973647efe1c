import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { explaining, planOf, stepsOf } from './plan';

const PLAN = `LogicalAggregate(group=[{0, 1}], n=[COUNT()])
  LogicalJoin(condition=[=($8, $1)], joinType=[inner])
    LogicalTableScan(table=[[activations]])
    LogicalTableScan(table=[[questions]])`;

describe('plan', () => {
  it('of a statement that asks for it is the same', () => {
    expect(explaining('SELECT 1', false)).toBe('EXPLAIN SELECT 1');
    expect(explaining('SELECT 1', true)).toBe('EXPLAIN ANALYZE SELECT 1');
    expect(explaining('explain analyze SELECT 1', false)).toBe('EXPLAIN SELECT 1');
    expect(explaining('EXPLAIN\nSELECT 1', true)).toBe('EXPLAIN ANALYZE SELECT 1');
  });

  it('is a tree', () => {
    expect(stepsOf(PLAN)).toEqual([
      {
        name: 'Aggregate',
        detail: 'group=[{0, 1}], n=[COUNT()]',
        children: [
          {
            name: 'Join',
            detail: 'condition=[=($8, $1)], joinType=[inner]',
            children: [
              { name: 'TableScan', detail: 'table=[[activations]]', children: [] },
              { name: 'TableScan', detail: 'table=[[questions]]', children: [] },
            ],
          },
        ],
      },
    ]);
    expect(stepsOf('')).toEqual([]);
  });

  it('says which rollup answers, or what is in the way', () => {
    const explain = (rollup: string) =>
      planOf(answer(['explain_key', 'explain_value'], [['logical_plan', PLAN], ['rollup', rollup], ['duckdb_sql', 'SELECT 1']]));
    expect(explain('subject_usage')).toMatchObject({ rollup: 'subject_usage', obstacle: '', duckdbSql: 'SELECT 1', analyzed: '' });
    expect(explain('none: layer_entropy: a join uses question_id')).toMatchObject({
      rollup: undefined,
      obstacle: 'layer_entropy: a join uses question_id',
    });
    expect(explain('none')).toMatchObject({ rollup: undefined, obstacle: '' });
  });
});
