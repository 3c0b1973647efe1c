import { describe, expect, it } from 'vitest';
import { examples, examplesFor } from './examples';

const VIEWS = Object.keys(import.meta.glob('../../../sql/query/src/main/resources/io/gatehouse/sql/views/*.sql')).map((path) => path.replace(/^.*\/|\.sql$/g, ''));

describe('examples', () => {
  it('show each analysis view', () => {
    expect(VIEWS.length).toBeGreaterThan(20);
    const shown = examples(1, 1).filter(({ view, sql }) => view !== undefined && new RegExp(`FROM ${view}\\b`).test(sql));
    expect(VIEWS.filter((view) => !shown.some((example) => example.view === view))).toEqual([]);
  });

  it('have titles of their own', () => {
    const titles = examples(1, 1).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('leave out views that a server does not have', () => {
    const titles = examplesFor(3, 7, ['ablation']).map(({ title }) => title);
    expect(titles).toContain('Statistics against ablation');
    expect(titles).toContain('Runs in this file');
    expect(titles).not.toContain('Busiest experts');
  });

  it('look at the run and the question', () => {
    const sql = examples(3, 7).map((example) => example.sql).join('\n');
    expect(sql).toContain('run_id = 3');
    expect(sql).toContain('question_id = 7');
  });
});
