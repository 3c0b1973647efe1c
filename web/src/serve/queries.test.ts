import { describe, expect, it } from 'vitest';
import { unionAll } from '../api/sql';
import { batchSql, cacheSql, hotSetSql, layerCachesSql, placementSql, planSql, windowSql } from './queries';

const LOOK = { run: 42, scope: 'generated' } as const;
const MEMORY = { megabytes: 12.6, gigabytes: 0.5, bandwidth: 3.5 };

const STATEMENTS = [
  cacheSql(LOOK, 'lfu', undefined),
  cacheSql(LOOK, 'lfu', 3),
  layerCachesSql(LOOK, 'belady'),
  planSql(LOOK, 'layer', 'static', MEMORY),
  batchSql(LOOK),
  windowSql(LOOK, 3),
  hotSetSql(LOOK, 4),
  placementSql(LOOK, { ranks: 4, replicas: 20, batch: 8 }),
];

describe('queries of Serve', () => {
  it('look at one run and at the tokens of the scope', () => {
    for (const sql of STATEMENTS) {
      expect(sql).toMatch(/run_id = 42\b|\(42, 'generated'/);
      expect(sql).toContain("'generated'");
    }
  });

  it('ask one view or table function, and compute nothing', () => {
    for (const sql of STATEMENTS) {
      expect(sql.match(/\bFROM \w+/g)).toHaveLength(1);
      expect(sql).not.toMatch(/\b(JOIN|GROUP|CASE|COUNT|SUM|AVG)\b/i);
    }
  });

  it('give a static cache the most used experts of the run, and a plan its memory', () => {
    expect(cacheSql(LOOK, 'static', undefined)).toContain("expert_cache(42, 'generated', 'model', 'static', 42)");
    expect(cacheSql(LOOK, 'static', 3)).toContain("expert_cache(42, 'generated', 'layer', 'static', 42)\nWHERE layer = 3");
    expect(planSql(LOOK, 'layer', 'lru', MEMORY)).toContain("serve_plan(42, 'generated', 'layer', 'lru', 12.6, 0.5, 3.5)");
    expect(placementSql(LOOK, { ranks: 4, replicas: 20, batch: 8 })).toContain("placement(42, 'generated', 4, 20, 8)");
  });

  it('are one statement together', () => {
    expect(unionAll(['SELECT 1'])).toBe('SELECT 1');
    expect(unionAll(['SELECT 1', 'SELECT 2'])).toBe('(\nSELECT 1\n)\nUNION ALL\n(\nSELECT 2\n)');
  });
});
