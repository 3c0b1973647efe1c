import { formatUnits } from '../api/format';
import type { Rows } from '../api/http';
import { numbers } from '../api/rows';

/** Accuracy on the questions in which an expert fired. */
export interface Estimate {
  layer: number;
  expert: number;
  /** Questions. */
  n: number;
  accuracy: number;
  low: number;
  high: number;
  /** Of the difference from the other questions, adjusted over all experts of the run; NaN where it is not tested. */
  q: number;
}

export function estimatesOf(rows: Rows): Estimate[] {
  const [layer, expert, n, accuracy, low, high] = ['layer', 'expert', 'n', 'accuracy', 'wilson_low', 'wilson_high'].map((name) =>
    numbers(rows, name),
  ) as [number[], number[], number[], number[], number[], number[]];
  const q = rows.columns.some(({ name }) => name === 'q_value') ? numbers(rows, 'q_value') : [];
  return layer.map((number, index) => ({
    layer: number,
    expert: expert[index] as number,
    n: n[index] as number,
    accuracy: accuracy[index] as number,
    low: low[index] as number,
    high: high[index] as number,
    q: q[index] ?? NaN,
  }));
}

/**
 * The experts with the highest lower bound and those with the lowest upper bound, each at most once: a few lucky questions
 * do not put an expert on top.
 */
export function ends(estimates: Estimate[], each: number): { most: Estimate[]; least: Estimate[] } {
  const most = [...estimates].sort((a, b) => b.low - a.low || order(a, b)).slice(0, each);
  const taken = new Set(most);
  const least = estimates
    .filter((estimate) => !taken.has(estimate))
    .sort((a, b) => a.high - b.high || order(a, b))
    .slice(0, each)
    .reverse();
  return { most, least };
}

/** Whether the accuracy differs from that on the other questions, with a false discovery rate of 5% over the experts of the run. */
export function isClear({ q }: Estimate): boolean {
  return q < 0.05;
}

function order(a: Estimate, b: Estimate): number {
  return a.layer - b.layer || a.expert - b.expert;
}

/** Experts with questions to compare with: the others fired in all questions, and their accuracy is that of the run. */
export function comparable(estimates: Estimate[], total: number): Estimate[] {
  return total === 0 ? estimates : estimates.filter(({ n }) => n < total);
}

/** How many experts are left out because they fired in every question; empty for none. */
export function leftOutText(count: number): string {
  return count === 0 ? '' : `Left out: ${formatUnits(count, 'expert')} that fired in every question, where the accuracy is that of all questions.`;
}
