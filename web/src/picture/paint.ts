import { colourAt, css, hex, type Scale } from './colour';
import { escapeXml } from './export';
import { type Layout, type Matrix, NEVER } from './matrix';

/** How values become colours. */
export interface Paint {
  scale: Scale;
  /** Values at the two ends of the scale; values beyond have the colour of the end. */
  from: number;
  to: number;
  /** Ground of cells that never fired, and the stroke through them. */
  never: string;
  neverInk: string;
  /** Colour of cells without a value. */
  absent: string;
}

/** The legend of the colours. */
export interface Key {
  caption: string;
  marks: { at: number; text: string }[];
  /** Legend of crossed-out cells; empty where there are none. */
  never: string;
}

/** Below this many pixels a stroke would fill its cell; then the colour alone says it, and the table. */
const SMALLEST_STRUCK = 5;
/** Width of a small letter, on average. */
const LETTER = 6;
/** From this many pixels on a hairline between cells helps, and below it hides them. */
const SMALLEST_GAP = 7;

export function position(paint: Paint, value: number): number {
  return (value - paint.from) / (paint.to - paint.from);
}

export function cellColour(paint: Paint, value: number): string {
  if (value === NEVER) {
    return paint.never;
  }
  return Number.isNaN(value) ? paint.absent : css(colourAt(paint.scale, position(paint, value)));
}

/** Draws all cells: one pixel each at first, then scaled up, which is quicker than a rectangle each. */
export function paintCells(context: CanvasRenderingContext2D, matrix: Matrix, layout: Layout, paint: Paint): void {
  const [columns, rows] = [matrix.columns.length, matrix.rows.length];
  context.clearRect(0, 0, layout.width, layout.height);
  if (columns === 0 || rows === 0) {
    return;
  }
  const small = document.createElement('canvas');
  small.width = columns;
  small.height = rows;
  const pixels = small.getContext('2d') as CanvasRenderingContext2D;
  const image = pixels.createImageData(columns, rows);
  const fixed = { never: rgb(paint.never), absent: rgb(paint.absent) };
  matrix.values.forEach((value, index) => {
    const colour = value === NEVER ? fixed.never : Number.isNaN(value) ? fixed.absent : colourAt(paint.scale, position(paint, value));
    image.data.set(colour, index * 4);
    image.data[index * 4 + 3] = 255;
  });
  pixels.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, layout.left, layout.top, layout.cellWidth * columns, layout.cellHeight * rows);
  strikeNever(context, matrix, layout, paint);
  rule(context, matrix, layout, paint);
}

/** The cells as rectangles, for a file. */
export function svgCells(matrix: Matrix, layout: Layout, paint: Paint): string {
  const parts: string[] = [];
  matrix.values.forEach((value, index) => {
    const row = Math.floor(index / matrix.columns.length);
    const column = index % matrix.columns.length;
    const colour =
      value === NEVER ? paint.never : Number.isNaN(value) ? paint.absent : hex(colourAt(paint.scale, position(paint, value)));
    const [x, y] = [layout.left + column * layout.cellWidth, layout.top + row * layout.cellHeight];
    const [width, height] = [layout.cellWidth, layout.cellHeight];
    parts.push(`<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${colour}"/>`);
    if (value === NEVER && struck(layout)) {
      parts.push(`<path d="M${round(x + 2)} ${round(y + height - 2)}L${round(x + width - 2)} ${round(y + 2)}" stroke="${paint.neverInk}"/>`);
    }
  });
  return parts.join('');
}

const RAMP = 240;
const RAMP_STEPS = 60;

/** The key below a picture that is so wide, for a file, with its height: in one line if it fits, or else its parts one below another. */
export function svgKey(paint: Paint, key: Key, left: number, ink: string, width: number): { svg: string; height: number } {
  const text = (x: number, y: number, anchor: string, words: string) => `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
  const long = Math.min(RAMP, width - left - 28);
  const beside = key.caption === '' ? 14 : key.caption.length * LETTER + 28;
  const captioned = key.caption !== '' && left + beside + long + 14 > width;
  const start = left + (captioned ? 14 : beside);
  const top = captioned ? 32 : 12;
  const step = long / RAMP_STEPS;
  const ramp = Array.from({ length: RAMP_STEPS }, (_, index) => {
    const colour = hex(colourAt(paint.scale, (index + 0.5) / RAMP_STEPS));
    return `<rect x="${round(start + index * step)}" y="${top + 4}" width="${round(step + 0.3)}" height="12" fill="${colour}"/>`;
  });
  const marks = key.marks.map((mark) => text(start + long * position(paint, mark.at), top + 30, 'middle', mark.text));
  const follows = start + long + 32 + 20 + key.never.length * LETTER <= width;
  const [end, row] = follows ? [start + long + 32, top + 3] : [left + 14, top + 33];
  const never =
    key.never === ''
      ? ''
      : `<rect x="${end}" y="${row}" width="14" height="14" rx="2" fill="${paint.never}"/><path d="M${end + 2} ${row + 12}L${end + 12} ${row + 2}" stroke="${paint.neverInk}"/>` +
        text(end + 20, row + 11, 'start', key.never);
  const caption = key.caption === '' ? '' : text(left, 26, 'start', key.caption);
  const height = top + 36 + (key.never === '' || follows ? 0 : 20);
  return { svg: `<g fill="${ink}" font-size="11.5">${caption}${ramp.join('')}${marks.join('')}${never}</g>`, height };
}

function strikeNever(context: CanvasRenderingContext2D, matrix: Matrix, layout: Layout, paint: Paint): void {
  if (!struck(layout)) {
    return;
  }
  context.strokeStyle = paint.neverInk;
  context.lineWidth = 1;
  context.beginPath();
  matrix.values.forEach((value, index) => {
    if (value === NEVER) {
      const x = layout.left + (index % matrix.columns.length) * layout.cellWidth;
      const y = layout.top + Math.floor(index / matrix.columns.length) * layout.cellHeight;
      context.moveTo(x + 2, y + layout.cellHeight - 2);
      context.lineTo(x + layout.cellWidth - 2, y + 2);
    }
  });
  context.stroke();
}

function rule(context: CanvasRenderingContext2D, matrix: Matrix, layout: Layout, paint: Paint): void {
  context.fillStyle = paint.absent;
  if (layout.cellWidth >= SMALLEST_GAP) {
    for (let column = 1; column < matrix.columns.length; column++) {
      context.fillRect(layout.left + column * layout.cellWidth - 0.5, layout.top, 1, layout.height - layout.top);
    }
  }
  if (layout.cellHeight >= SMALLEST_GAP) {
    for (let row = 1; row < matrix.rows.length; row++) {
      context.fillRect(layout.left, layout.top + row * layout.cellHeight - 0.5, layout.width - layout.left, 1);
    }
  }
}

function struck(layout: Layout): boolean {
  return Math.min(layout.cellWidth, layout.cellHeight) >= SMALLEST_STRUCK;
}

function rgb(text: string): [number, number, number] {
  const number = Number.parseInt(text.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
