import type { Scope } from './place';

/** The tokens that a picture includes, in words. */
export function scopeText(scope: Scope): string {
  return scope === 'last_prompt' ? 'Last prompt token' : 'All prompt tokens';
}

/** The answer of the model, in words. */
export function outcomeText({ correct, predicted, answer }: { correct: boolean; predicted: string; answer: string }): string {
  return correct ? `answered ${predicted} (right).` : `answered ${predicted} (wrong; ${answer} is right).`;
}
