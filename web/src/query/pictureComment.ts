import type { Grid } from '../api/rows';
import { type Chart, choices, type Combine, COMBINES, type Kind, KIND_NAMES } from './chart';
import { withoutComments } from './statements';

type Role = 'x' | 'y' | 'series';

/**
 * The kinds of pictures by their names in a comment, with the names of their columns. They are those of the heads of views and
 * figures; bars and histograms are only here.
 */
const KINDS: Record<string, { kind: Kind; columns: Partial<Record<Role, string>>; needs: Role[] }> = {
  lines: { kind: 'line', columns: { x: 'x', y: 'y', series: 'by' }, needs: ['x', 'y'] },
  scatter: { kind: 'scatter', columns: { x: 'x', y: 'y', series: 'by' }, needs: ['x', 'y'] },
  heat: { kind: 'heatmap', columns: { x: 'x', y: 'y', series: 'value' }, needs: ['x', 'y', 'series'] },
  bars: { kind: 'bars', columns: { x: 'label', y: 'x', series: 'by' }, needs: ['x', 'y'] },
  intervals: { kind: 'intervals', columns: { y: 'x' }, needs: ['y'] },
  histogram: { kind: 'histogram', columns: { x: 'x' }, needs: ['x'] },
};

/** The kinds that show a reference beside their values. */
export const REFERENCED: Kind[] = ['bars', 'line'];

const COMMENT = /^[ \t]*--[ \t]*Picture:[ \t]*(.*)$/im;
const PART = /(\w+)=("[^"]*"|\S+)/g;

/** A chart that a statement asks for, or what is wrong with it. */
export type Stated = { chart: Chart } | { problem: string };

/**
 * The chart that a comment of the statement asks for, such as `-- Picture: lines x=position y=entropy by=layer chance=uniform
 * only=scope:prompt scale=log`. Undefined where it has no such comment.
 *
 * `only` with a column and no value takes the first value of that column. Names and values with white space are quoted.
 */
export function statedChart(sql: string, grid: Grid): Stated | undefined {
  const text = commentOf(sql);
  if (text === undefined) {
    return undefined;
  }
  const kindName = text.split(/\s+/)[0] ?? '';
  const known = KINDS[kindName];
  if (known === undefined) {
    return { problem: `There is no picture “${kindName}”. Pictures are ${Object.keys(KINDS).join(', ')}.` };
  }
  const { kind, columns, needs } = known;
  const rest = text.slice(kindName.length);
  const odd = rest.replace(PART, '').trim();
  if (odd !== '') {
    return { problem: `“${odd}” is not of the form name=value.` };
  }
  const chart: Chart = { kind, x: -1, y: -1, series: -1 };
  const column = (name: string) => grid.columns.findIndex((each) => each.name.toLowerCase() === name.toLowerCase());
  for (const [, name, quoted] of rest.matchAll(PART) as Iterable<[string, string, string]>) {
    const value = quoted.startsWith('"') ? quoted.slice(1, -1) : quoted;
    const role = (Object.keys(columns) as Role[]).find((each) => columns[each] === name);
    if (role !== undefined || (name === 'chance' && REFERENCED.includes(kind))) {
      const found = column(value);
      if (found < 0) {
        return { problem: `The result has no column “${value}”.` };
      }
      chart[role ?? 'reference'] = found;
    } else if (name === 'only') {
      const [of = '', ...only] = value.split(':');
      const found = column(of);
      const values = found < 0 ? undefined : choices(grid, [found])[0]?.values;
      if (values === undefined) {
        return { problem: `The result has no column “${of}”.` };
      }
      const first = only.length === 0 ? values[0] : only.join(':');
      if (first !== undefined) {
        chart.only = { column: found, value: first };
      }
    } else if (name === 'show' && Object.values<string>(COMBINES).includes(value)) {
      chart.combine = (Object.keys(COMBINES) as Combine[]).find((combine) => COMBINES[combine] === value) as Combine;
    } else if (name === 'order' && value === 'value' && kind === 'bars') {
      chart.sorted = true;
    } else if (name === 'scale' && value === 'log' && (kind === 'line' || kind === 'scatter')) {
      chart.log = true;
    } else {
      return { problem: `“${name}=${quoted}” says nothing of ${KIND_NAMES[kind].toLowerCase()}.` };
    }
  }
  const missing = needs.find((role) => chart[role] < 0);
  return missing === undefined ? { chart } : { problem: `It does not say which column is ${columns[missing]}.` };
}

/** The comment that asks for a chart. */
export function pictureComment(grid: Grid, chart: Chart): string {
  const name = Object.keys(KINDS).find((each) => KINDS[each]?.kind === chart.kind) ?? '';
  const columns = KINDS[name]?.columns ?? {};
  const columnName = (column: number) => grid.columns[column]?.name ?? '';
  const part = (key: string, value: string) => `${key}=${/\s/.test(value) ? `"${value}"` : value}`;
  const roles = (['x', 'y', 'series'] as const).flatMap((role) => {
    const key = columns[role];
    return key === undefined || chart[role] < 0 ? [] : [part(key, columnName(chart[role]))];
  });
  const parts = [
    name,
    ...roles,
    ...(chart.reference !== undefined && REFERENCED.includes(chart.kind) ? [part('chance', columnName(chart.reference))] : []),
    ...(chart.only === undefined ? [] : [part('only', `${columnName(chart.only.column)}:${chart.only.value}`)]),
    ...(chart.combine === undefined ? [] : [part('show', COMBINES[chart.combine])]),
    ...(chart.kind === 'bars' && chart.sorted === true ? ['order=value'] : []),
    ...((chart.kind === 'line' || chart.kind === 'scatter') && chart.log === true ? ['scale=log'] : []),
  ];
  return `-- Picture: ${parts.join(' ')}`;
}

/** What stands behind `-- Picture:`. A line of a string is no comment. */
function commentOf(sql: string): string | undefined {
  return COMMENT.test(withoutComments(sql)) ? undefined : COMMENT.exec(sql)?.[1]?.trim();
}

/** The restrictions that a statement writes as equalities, as it writes them: run_id = 1, scope = 'prompt'. */
export function restrictionsOf(sql: string): string[] {
  const text = withoutComments(sql);
  const calls = [...text.matchAll(/\bFROM\s+(\w+\(\d+[^()]*\))/gi)].map((match) => (match[1] as string).replace(/\s+/g, ' '));
  const equalities = [...text.matchAll(/\b(?:\w+\.)?((?:run_id|scope|phase)\s*=\s*(?:\d+|'(?:[^']|'')*'))/gi)].map((match) => (match[1] as string).replace(/\s+/g, ' '));
  return [...new Set([...calls, ...equalities])];
}
