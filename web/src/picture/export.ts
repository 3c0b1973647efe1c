import type { Rows } from '../api/http';
import { exact } from '../api/format';

/** Properties that say how an SVG looks, resolved to plain values so that the file needs no style sheet of ours. */
const LOOKS = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'opacity', 'fill-opacity', 'stroke-opacity',
  'font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline'];

/**
 * The picture as a file of its own.
 *
 * @param cells more SVG to put behind what is drawn, such as the cells that the page shows on a canvas
 */
export function svgFile(svg: SVGSVGElement, ground: string, title: string, cells = ''): string {
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
  const height = svg.clientHeight || Number(svg.getAttribute('height'));
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const behind = `<title>${escapeXml(title)}</title><rect width="100%" height="100%" fill="${ground}"/>${cells}`;
  return new XMLSerializer().serializeToString(copy).replace(/(<svg[^>]*>)/, `$1${behind}`);
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
    canvas.toBlob((blob) => (blob === null ? reject(new Error('The picture could not be drawn')) : resolve(blob)), 'image/png'),
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
