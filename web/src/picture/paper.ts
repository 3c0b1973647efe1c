import { tick } from 'svelte';
import type { Drawing } from './export';

/** Widths of figures in the columns of a paper, in millimetres. */
export const COLUMNS = { one: 85, two: 178 } as const;
export type Columns = keyof typeof COLUMNS;

/** Size of the smallest letters of a paper, in points; the others are up to a point larger. */
const SMALLEST_POINTS = 7;
/** Size of the smallest letters of a picture, in pixels: the tick size of the theme in a window that is not large. */
const SMALLEST_PIXELS = 11.5;
/** Height of a picture without a height of its own, as a part of its width. */
const ASPECT = 0.62;
/** From the middle of a line of letters to their base, as a part of the letters' size. */
const MIDDLE = 0.35;

export function points(millimetres: number): number {
  return (millimetres * 72) / 25.4;
}

/** Width at which a picture is laid out so that its letters are legible when it is as wide as in print. */
export function layoutWidth(columns: Columns): number {
  return Math.round((points(COLUMNS[columns]) * SMALLEST_PIXELS) / SMALLEST_POINTS);
}

/**
 * Lays a picture out as for a paper, draws it, and lays it out again as it was: narrow, in light colours, and unseen
 * meanwhile.
 *
 * @param place holds the picture, which follows its width
 * @param session has the colours that are not in the style sheet
 */
export async function drawnForPaper(place: HTMLElement, session: { printing: boolean }, columns: Columns, draw: () => Drawing | undefined): Promise<Drawing | undefined> {
  const width = layoutWidth(columns);
  const around = place.parentElement as HTMLElement;
  const looks: [HTMLElement, string, string][] = [
    [around, 'min-height', `${around.offsetHeight}px`],
    [place, 'position', 'fixed'],
    [place, 'visibility', 'hidden'],
    [place, 'width', `${width}px`],
    [place, 'height', `${Math.round(width * ASPECT)}px`],
    [place, 'color-scheme', 'light'],
    [place, '--tick-size', `${SMALLEST_PIXELS}px`],
  ];
  session.printing = true;
  looks.forEach(([element, name, value]) => element.style.setProperty(name, value));
  try {
    // The new width is noticed after the layout of the first frame, and drawn before the end of the second.
    await frame();
    await frame();
    await tick();
    return draw();
  } finally {
    looks.forEach(([element, name]) => element.style.removeProperty(name));
    session.printing = false;
  }
}

function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

/**
 * A picture as wide as the columns, without the title that a paper has in its caption. Other programs read it: it uses
 * only what all of them know of SVG, and a font that each of them has.
 */
export function paperFigure(drawing: Drawing, about: { title: string; about: string }, columns: Columns): string {
  const figure = new DOMParser().parseFromString(drawing.svg.replace(/<svg(?![^>]*xmlns=)/, '<svg xmlns="http://www.w3.org/2000/svg"'), 'image/svg+xml');
  const svg = figure.documentElement;
  const millimetres = COLUMNS[columns];
  svg.setAttribute('width', `${millimetres}mm`);
  svg.setAttribute('height', `${((millimetres * drawing.height) / drawing.width).toFixed(2)}mm`);
  svg.setAttribute('viewBox', `0 0 ${drawing.width} ${drawing.height}`);
  svg.setAttribute('font-family', font(svg.getAttribute('font-family') ?? ''));
  // The names of marks that the page shows at the pointer.
  svg.querySelectorAll('title').forEach((title) => title.remove());
  svg.querySelectorAll('text, tspan').forEach(plainText);
  for (const [name, words] of [['desc', about.about], ['title', about.title]] as const) {
    const element = figure.createElementNS('http://www.w3.org/2000/svg', name);
    element.textContent = words;
    svg.prepend(element);
  }
  return new XMLSerializer().serializeToString(figure);
}

function font(families: string): string {
  return families.includes('mono') ? 'Courier, monospace' : 'Helvetica, Arial, sans-serif';
}

function plainText(text: Element): void {
  const family = text.getAttribute('font-family');
  if (family !== null) {
    text.setAttribute('font-family', font(family));
  }
  if (text.hasAttribute('font-weight')) {
    text.setAttribute('font-weight', Number(text.getAttribute('font-weight')) >= 600 ? 'bold' : 'normal');
  }
  if (text.getAttribute('dominant-baseline') === 'central') {
    text.setAttribute('y', String(Number(text.getAttribute('y') ?? 0) + MIDDLE * Number.parseFloat(text.getAttribute('font-size') ?? '0')));
  }
  text.removeAttribute('dominant-baseline');
  if (text.getAttribute('paint-order')?.startsWith('stroke') === true && text.getAttribute('stroke') !== 'none') {
    // Programs that do not know the order of painting would draw the ground over the letters.
    text.before(text.cloneNode(true));
    text.setAttribute('stroke', 'none');
  }
  text.removeAttribute('paint-order');
}
