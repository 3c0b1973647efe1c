/** Greys for cells without a value on the scale. */
export function neverLooks(dark: boolean): { never: string; neverInk: string; absent: string } {
  return dark
    ? { never: '#0f1214', neverInk: '#66727a', absent: '#191d20' }
    : { never: '#d9dcdc', neverInk: '#767f85', absent: '#ffffff' };
}

/** Colours of files, which have no style sheet: as the page's panel, ink and muted. */
export function paper(dark: boolean): { ground: string; ink: string; muted: string } {
  return dark ? { ground: '#191d20', ink: '#e4e8ea', muted: '#9aa6ad' } : { ground: '#ffffff', ink: '#1c2126', muted: '#59636b' };
}
