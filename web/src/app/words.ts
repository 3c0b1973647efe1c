import type { Scope } from './place';

/** The tokens that a picture includes, in words. */
export function scopeText(scope: Scope): string {
  return scope === 'last_prompt' ? 'Last prompt token' : 'All prompt tokens';
}

/** The answer of the model, in words; imports may know only whether it is right. */
export function outcomeText({ correct, predicted, answer }: { correct: boolean | undefined; predicted: string; answer: string }): string {
  if (correct === undefined) {
    return 'no answer recorded.';
  }
  const known = predicted === '' ? 'answered' : `answered ${predicted}`;
  return correct ? `${known} (correct).` : `${known} (wrong${answer === '' ? '' : `; ${answer} is correct`}).`;
}
