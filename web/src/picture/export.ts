import type { Rows } from '../api/http';
import { exact } from '../api/format';
import { paper } from './looks';

/** Properties that say how an SVG looks, resolved to plain values so that the file needs no style sheet of ours. */
const LOOKS = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'paint-order', 'opacity', 'fill-opacity', 'stroke-opacity',
  'font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline'];

/** SVG of a picture, without title and description. */
export interface Drawing {
  svg: string;
  width: number;
  height: number;
}

/** Title and description around the picture of a file. */
export interface Frame {
  title: string;
  about: string;
  dark: boolean;
}

/**
 * What is drawn on the page, in looks of its own.
 *
 * @param behind more SVG to put behind it, such as the cells that the page shows on a canvas
 * @param below more SVG to put below it, such as a legend that the page has outside, and its height
 */
export function drawingOf(svg: SVGSVGElement, behind = '', below = { svg: '', height: 0 }): Drawing {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((element, index) => {
    const computed = getComputedStyle(originals[index] as Element);
    for (const look of LOOKS) {
      element.setAttribute(look, computed.getPropertyValue(look));
    }
    for (const name of ['class', 'style', 'role', 'tabindex', 'aria-label', 'aria-hidden']) {
      element.removeAttribute(name);
    }
  });
  copy.querySelectorAll('[data-only-here]').forEach((element) => element.remove());
  const width = svg.clientWidth || Number(svg.getAttribute('width'));
  const own = svg.clientHeight || Number(svg.getAttribute('height'));
  const height = own + below.height;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const text = new XMLSerializer().serializeToString(copy).replace(/(<svg[^>]*>)/, `$1${behind}`);
  return { svg: text.replace(/<\/svg>$/, `<g transform="translate(0 ${own})">${below.svg}</g></svg>`), width, height };
}

const MARGIN = 16;
const TITLE_LINE = 22;
const LINE = 17;
/** Of the small letters below, on average: files are read where other fonts are. */
const LETTER = 6.3;

/** A complete file: the picture with its title and description. */
export function framed(drawing: Drawing, { title, about, dark }: Frame): string {
  const { ground, ink, muted } = paper(dark);
  const width = drawing.width + 2 * MARGIN;
  const lines = wrapped(about, Math.floor(drawing.width / LETTER));
  const top = MARGIN + TITLE_LINE + lines.length * LINE + 6;
  const height = top + drawing.height + MARGIN;
  const said = lines.map((line, index) => `<text x="${MARGIN}" y="${MARGIN + TITLE_LINE + 12 + index * LINE}" font-size="12" fill="${muted}">${escapeXml(line)}</text>`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif">` +
    `<title>${escapeXml(title)}</title><rect width="100%" height="100%" fill="${ground}"/>` +
    `<text x="${MARGIN}" y="${MARGIN + 14}" font-size="15" font-weight="600" fill="${ink}">${escapeXml(title)}</text>${said.join('')}` +
    `${drawing.svg.replace('<svg', `<svg x="${MARGIN}" y="${top}"`)}</svg>`
  );
}

/** Lines of at most the given number of characters, broken at blanks; a longer word has its own line. */
export function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > most) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = `${last} ${word}`;
    }
  }
  return lines;
}

export async function pngFile(svg: string, scale = 2): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * scale;
  canvas.height = image.height * scale;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.scale(scale, scale);
  context.drawImage(image, 0, 0);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob === null ? reject(new Error('The chart could not be drawn')) : resolve(blob)), 'image/png'),
  );
}

/** RFC 4180, with a header; NULL is an empty field. */
export function csvFile(rows: Rows): string {
  const lines = [rows.columns.map((column) => csvField(column.name))];
  for (const row of rows.rows) {
    lines.push(row.map((value) => (value === null ? '' : csvField(exact(value)))));
  }
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

export function download(name: string, content: Blob | string, type: string): void {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
