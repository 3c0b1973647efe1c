/** Light or dark: the system's preference, unless the user chose. */
export type Appearance = 'system' | 'light' | 'dark';

const KEY = 'gatehouse.appearance';
const NEXT: Record<Appearance, Appearance> = { system: 'light', light: 'dark', dark: 'system' };

export function storedAppearance(): Appearance {
  const stored = localStorage.getItem(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function nextAppearance(appearance: Appearance): Appearance {
  return NEXT[appearance];
}

export function apply(appearance: Appearance): void {
  document.documentElement.style.colorScheme = appearance === 'system' ? '' : appearance;
  if (appearance === 'system') {
    localStorage.removeItem(KEY);
  } else {
    localStorage.setItem(KEY, appearance);
  }
}
