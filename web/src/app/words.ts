import type { Scope } from './place';

/** Which tokens a figure looks at, in words. */
export function scopeText(scope: Scope): string {
  return scope === 'last_prompt' ? 'Last prompt token' : 'All prompt tokens';
}
