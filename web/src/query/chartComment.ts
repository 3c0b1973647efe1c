import type { Grid } from '../api/rows';
import { type Chart, choices, type Combine, COMBINES, type Kind, KIND_NAMES, KINDS } from './chart';
import { withoutComments } from './statements';

/** What the columns of each kind of chart are called, beside its controls and in the comment of a statement. */
export const COLUMN_NAMES: Record<Kind, { x?: string; y?: string; series?: string }> = {
  bars: { x: 'Label', y: 'Value', series: 'Second label' },
  line: { x: 'X axis', y: 'Y axis', series: 'Series' },
  scatter: { x: 'X axis', y: 'Y axis', series: 'Series' },
  heatmap: { x: 'Columns', y: 'Rows', series: 'Colour' },
  histogram: { x: 'Values' },
  intervals: { y: 'Value' },
};

/** The kinds that show a reference beside their values. */
export const REFERENCED: Kind[] = ['bars', 'line'];

const COMMENT = /^[ \t]*--[ \t]*Chart:[ \t]*(.*)$/im;

/** A chart that a statement asks for, or what is wrong with it. */
export type Stated = { chart: Chart } | { problem: string };

/**
 * The chart that a comment of the statement asks for, in the words of the controls:
 * `-- Chart: lines, x axis position, y axis entropy, series layer, only scope prompt`. Undefined where it has no such comment.
 *
 * `only` with a column and no value takes the first value of that column.
 */
export function statedChart(sql: string, grid: Grid): Stated | undefined {
  const text = commentOf(sql);
  if (text === undefined) {
    return undefined;
  }
  const [kindName = '', ...parts] = text.split(',').map((part) => part.trim());
  const kind = KINDS.find((known) => KIND_NAMES[known].toLowerCase() === kindName.toLowerCase());
  if (kind === undefined) {
    return { problem: `There is no chart “${kindName}”. Charts are ${KINDS.map((known) => KIND_NAMES[known].toLowerCase()).join(', ')}.` };
  }
  const chart: Chart = { kind, x: -1, y: -1, series: -1 };
  const column = (name: string) => grid.columns.findIndex((known) => known.name.toLowerCase() === name.toLowerCase());
  for (const part of parts) {
    const role = (['x', 'y', 'series'] as const).find((known) => startsWith(part, COLUMN_NAMES[kind][known]));
    const word = role !== undefined ? (COLUMN_NAMES[kind][role] as string) : (part.split(' ')[0] ?? '');
    const rest = part.slice(word.length).trim();
    if (role !== undefined || (word === 'reference' && REFERENCED.includes(kind))) {
      const found = column(rest);
      if (found < 0) {
        return { problem: `The result has no column “${rest}”.` };
      }
      chart[role ?? 'reference'] = found;
    } else if (word === 'only') {
      const [name = '', ...value] = rest.split(' ');
      const found = column(name);
      const values = found < 0 ? undefined : choices(grid, [found])[0]?.values;
      if (values === undefined) {
        return { problem: `The result has no column “${name}”.` };
      }
      const first = value.length === 0 ? values[0] : value.join(' ');
      if (first !== undefined) {
        chart.only = { column: found, value: first };
      }
    } else if (word === 'show' && Object.values<string>(COMBINES).includes(rest)) {
      chart.combine = (Object.keys(COMBINES) as Combine[]).find((combine) => COMBINES[combine] === rest) as Combine;
    } else if (part === 'sorted' && kind === 'bars') {
      chart.sorted = true;
    } else if (part === 'log scale' && (kind === 'line' || kind === 'scatter')) {
      chart.log = true;
    } else {
      return { problem: `“${part}” says nothing of ${KIND_NAMES[kind].toLowerCase()}.` };
    }
  }
  const missing = (['x', 'y', 'series'] as const).find((role) => chart[role] < 0 && COLUMN_NAMES[kind][role] !== undefined && !(role === 'series' && kind !== 'heatmap'));
  return missing === undefined ? { chart } : { problem: `It does not say which column is “${(COLUMN_NAMES[kind][missing] as string).toLowerCase()}”.` };
}

/** The comment that asks for a chart. */
export function chartComment(grid: Grid, chart: Chart): string {
  const name = (column: number) => grid.columns[column]?.name ?? '';
  const columns = (['x', 'y', 'series'] as const).flatMap((role) => {
    const word = COLUMN_NAMES[chart.kind][role];
    return word === undefined || chart[role] < 0 ? [] : [`${word.toLowerCase()} ${name(chart[role])}`];
  });
  const parts = [
    KIND_NAMES[chart.kind].toLowerCase(),
    ...columns,
    ...(chart.reference !== undefined && REFERENCED.includes(chart.kind) ? [`reference ${name(chart.reference)}`] : []),
    ...(chart.only === undefined ? [] : [`only ${name(chart.only.column)} ${chart.only.value}`]),
    ...(chart.combine === undefined ? [] : [`show ${COMBINES[chart.combine]}`]),
    ...(chart.kind === 'bars' && chart.sorted === true ? ['sorted'] : []),
    ...((chart.kind === 'line' || chart.kind === 'scatter') && chart.log === true ? ['log scale'] : []),
  ];
  return `-- Chart: ${parts.join(', ')}`;
}

/** What stands behind `-- Chart:`. A line of a string is no comment. */
function commentOf(sql: string): string | undefined {
  return COMMENT.test(withoutComments(sql)) ? undefined : COMMENT.exec(sql)?.[1]?.trim();
}

function startsWith(part: string, word: string | undefined): boolean {
  return word !== undefined && part.toLowerCase().startsWith(`${word.toLowerCase()} `);
}

/** The restrictions that a statement writes as equalities, as it writes them: run_id = 1, scope = 'prompt'. */
export function restrictionsOf(sql: string): string[] {
  const found = [...withoutComments(sql).matchAll(/\b(?:\w+\.)?((?:run_id|scope|phase)\s*=\s*(?:\d+|'(?:[^']|'')*'))/gi)].map((match) => (match[1] as string).replace(/\s+/g, ' '));
  const calls = [...withoutComments(sql).matchAll(/\bFROM\s+(\w+\(\d+[^()]*\))/gi)].map((match) => (match[1] as string).replace(/\s+/g, ' '));
  return [...new Set([...calls, ...found])];
}
