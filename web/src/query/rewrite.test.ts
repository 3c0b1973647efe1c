import { describe, expect, it } from 'vitest';
import { canBeWrapped, filtered, frequencies, sorted, sortOf, summary } from './rewrite';

const SQL = 'SELECT layer, subject\nFROM x -- all\nORDER BY 1';
const LAYER = { name: 'layer', type: 'INTEGER' };
const SUBJECT = { name: 'sub"ject', type: 'VARCHAR' };

describe('rewriting', () => {
  it('puts a query around the statement', () => {
    expect(sorted(SQL, 'layer', 'DESC')).toBe(`SELECT *\nFROM (\n${SQL}\n) AS result\nORDER BY "layer" DESC`);
  });

  it('replaces the order that it put there', () => {
    const twice = sorted(sorted(SQL, 'layer', 'DESC'), 'sub"ject', 'ASC');
    expect(twice).toBe(`SELECT *\nFROM (\n${SQL}\n) AS result\nORDER BY "sub""ject" ASC`);
    expect(sortOf(twice)).toEqual({ column: 'sub"ject', direction: 'ASC' });
    expect(sortOf(SQL)).toBeUndefined();
  });

  it('adds conditions and keeps the order', () => {
    const first = filtered(sorted(SQL, 'layer', 'ASC'), LAYER, 3, true);
    const second = filtered(first, SUBJECT, "o'clock", false);
    expect(second).toBe(
      `SELECT *\nFROM (\n${SQL}\n) AS result\nWHERE "layer" = 3\n    AND "sub""ject" IS DISTINCT FROM 'o''clock'\nORDER BY "layer" ASC`,
    );
    expect(sorted(second, 'layer', 'DESC')).toContain('AND "sub""ject" IS DISTINCT FROM \'o\'\'clock\'\nORDER BY "layer" DESC');
  });

  it('compares each type as itself', () => {
    expect(filtered(SQL, LAYER, null, true)).toContain('WHERE "layer" IS NULL');
    expect(filtered(SQL, LAYER, null, false)).toContain('WHERE "layer" IS NOT NULL');
    expect(filtered(SQL, { name: 'x', type: 'DOUBLE' }, 'NaN', true)).toContain("WHERE \"x\" = CAST('NaN' AS DOUBLE)");
    expect(filtered(SQL, { name: 'ok', type: 'BOOLEAN' }, true, true)).toContain('WHERE "ok" = TRUE');
    expect(filtered(SQL, { name: 'n', type: 'BIGINT' }, '9007199254740993', true)).toContain("= CAST('9007199254740993' AS BIGINT)");
    expect(filtered(SQL, { name: 't', type: 'TIMESTAMP' }, '2026-01-02T03:04:05', true)).toContain("= TIMESTAMP '2026-01-02 03:04:05'");
  });

  it('knows what stands by itself', () => {
    expect(['SELECT 1', ' with x AS (SELECT 1) SELECT * FROM x', '-- c\nFROM runs', '(SELECT 1)', 'VALUES (1)'].every(canBeWrapped)).toBe(true);
    expect(['SHOW TABLES', 'DESCRIBE runs', 'EXPLAIN SELECT 1', '-- SELECT\nSUMMARIZE runs', ''].some(canBeWrapped)).toBe(false);
  });

  it('sums a column up', () => {
    expect(summary(SQL, LAYER)).toContain('AVG("layer")');
    expect(summary(SQL, SUBJECT)).not.toContain('AVG');
    expect(frequencies(SQL, SUBJECT, 5)).toContain('GROUP BY "sub""ject"');
  });
});
