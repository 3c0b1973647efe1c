import type { Scope } from './place';

/** Which tokens a figure looks at, in words. */
export function scopeText(scope: Scope): string {
  return scope === 'last_prompt' ? 'Last prompt token' : 'All prompt tokens';
}

/** What a model answered, in words. */
export function outcomeText({ correct, predicted, answer }: { correct: boolean; predicted: string; answer: string }): string {
  return correct ? `answered ${predicted}, right.` : `answered ${predicted}, wrong (${answer}).`;
}
