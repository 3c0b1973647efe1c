import type { Rows } from '../api/http';
import { numbers } from '../api/rows';

/** Accuracy of the answers that went through an expert. */
export interface Estimate {
  layer: number;
  expert: number;
  /** Questions. */
  n: number;
  accuracy: number;
  low: number;
  high: number;
}

export function estimatesOf(rows: Rows): Estimate[] {
  const [layer, expert, n, accuracy, low, high] = ['layer', 'expert', 'n', 'accuracy', 'wilson_low', 'wilson_high'].map((name) =>
    numbers(rows, name),
  ) as [number[], number[], number[], number[], number[], number[]];
  return layer.map((number, index) => ({
    layer: number,
    expert: expert[index] as number,
    n: n[index] as number,
    accuracy: accuracy[index] as number,
    low: low[index] as number,
    high: high[index] as number,
  }));
}

/**
 * The most accurate by the lower end of their interval, and the least by its upper end, each at most once. So a lucky
 * few questions put no expert on top.
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

/** Whether the interval lies clear of a value: then it is no chance at 95 %, one comparison at a time. */
export function clearOf(estimate: Estimate, value: number): boolean {
  return estimate.low > value || estimate.high < value;
}

function order(a: Estimate, b: Estimate): number {
  return a.layer - b.layer || a.expert - b.expert;
}
