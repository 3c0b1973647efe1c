import type { Rows } from '../api/http';
import { texts } from '../api/rows';

/** One step of a plan. */
export interface Step {
  name: string;
  detail: string;
  children: Step[];
}

/** The result of EXPLAIN. */
export interface Plan {
  steps: Step[];
  /** Name of the rollup that answers, or undefined. */
  rollup: string | undefined;
  /** Why no rollup answers; empty where one does. */
  obstacle: string;
  duckdbSql: string;
  planning: string;
  /** DuckDB's measurements as text; empty without ANALYZE. */
  analyzed: string;
}

/** EXPLAIN of a statement; an EXPLAIN is not wrapped again. */
export function explaining(sql: string, measured: boolean): string {
  return `EXPLAIN ${measured ? 'ANALYZE ' : ''}${sql.replace(/^\s*EXPLAIN\s+(ANALYZE\s+)?/i, '')}`;
}

export function planOf(rows: Rows): Plan {
  const keys = texts(rows, 'explain_key');
  const values = texts(rows, 'explain_value');
  const find = (key: string) => values[keys.indexOf(key)] ?? '';
  const rollup = find('rollup');
  const none = /^none(?::\s*)?/.exec(rollup);
  return {
    steps: stepsOf(find('logical_plan')),
    rollup: none !== null || rollup === '' ? undefined : rollup,
    obstacle: none === null ? '' : rollup.slice(none[0].length),
    duckdbSql: find('duckdb_sql'),
    planning: find('planning'),
    analyzed: find('analyzed_plan'),
  };
}

/** The tree that two blanks of indentation a level mean. */
export function stepsOf(text: string): Step[] {
  const roots: Step[] = [];
  const open: Step[] = [];
  for (const line of text.split('\n')) {
    const [, indent = '', name = '', detail = ''] = /^( *)([A-Za-z]+)(?:\((.*)\))?/.exec(line) ?? [];
    if (name === '') {
      continue;
    }
    const step: Step = { name: name.replace(/^(Logical|Enumerable|Jdbc|Bindable)/, ''), detail, children: [] };
    const depth = Math.min(indent.length / 2, open.length);
    (depth === 0 ? roots : (open[depth - 1] as Step).children).push(step);
    open.length = depth;
    open.push(step);
  }
  return roots;
}
