export type Rgb = readonly [number, number, number];

/** A colour for each value from 0 to 1. */
export interface Scale {
  /** 256 colours, evenly spaced. */
  readonly table: Rgb[];
}

const STEPS = 256;

/**
 * Blue below, orange above, the ground between: the pair that all common kinds of colour blindness tell apart. Lightness
 * runs one way on each side, so that a grey print still tells far from near.
 */
const DIVERGING = {
  light: ['#164a96', '#5f90cd', '#f2f1ec', '#e69a4f', '#9c3c00'],
  dark: ['#9ccaff', '#3f74b5', '#23292d', '#ad6a22', '#ffc27a'],
};

/** Even the smallest value differs from an empty cell. */
const SEQUENTIAL = {
  light: ['#dcebe8', '#a3cfc8', '#3f958d', '#064d49'],
  dark: ['#243a3b', '#235f5b', '#36a39a', '#a6f0e6'],
};

export function diverging(dark: boolean): Scale {
  return scale(dark ? DIVERGING.dark : DIVERGING.light);
}

export function sequential(dark: boolean): Scale {
  return scale(dark ? SEQUENTIAL.dark : SEQUENTIAL.light);
}

export function colourAt(scale: Scale, position: number): Rgb {
  const index = Math.round(Math.min(1, Math.max(0, position)) * (STEPS - 1));
  return scale.table[index] ?? [0, 0, 0];
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** Hexadecimal, for files that other programs read. */
export function hex(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** Black or white, whichever reads better on the colour (WCAG relative luminance). */
export function inkOn(colour: Rgb): string {
  return contrast(colour, [255, 255, 255]) > contrast(colour, [0, 0, 0]) ? '#ffffff' : '#000000';
}

/** WCAG 2 contrast ratio, 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const linear = part / 255;
    return linear <= 0.04045 ? linear / 12.92 : ((linear + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function scale(stops: string[]): Scale {
  const colours = stops.map(parse);
  const table = Array.from({ length: STEPS }, (_, index) => {
    const along = (index / (STEPS - 1)) * (colours.length - 1);
    const from = Math.min(Math.floor(along), colours.length - 2);
    return mix(colours[from] as Rgb, colours[from + 1] as Rgb, along - from);
  });
  return { table };
}

function parse(text: string): Rgb {
  const number = Number.parseInt(text.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((part, index) => Math.round(part + ((to[index] ?? 0) - part) * share)) as unknown as Rgb;
}
