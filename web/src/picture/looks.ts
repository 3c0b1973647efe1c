/** Looks of cells without a place on the scale; greys, so that no scale has them. */
export function neverLooks(dark: boolean): { never: string; neverInk: string; absent: string } {
  return dark
    ? { never: '#0f1214', neverInk: '#66727a', absent: '#191d20' }
    : { never: '#d9dcdc', neverInk: '#767f85', absent: '#ffffff' };
}
