import { points } from './paper';

/** Signs that the font for letters lacks and the one for symbols has, and the letters in whose places they are there. */
const SYMBOLS: Record<string, string> = { '≤': '\u00a3', '≥': '\u00b3', '−': '-', '→': '\u00ae', '≈': '\u00bb', '∞': '\u00a5', '↵': '\u00bf' };
/** What Windows-1252, the encoding of the standard fonts, has beyond Latin-1. */
const MORE_LETTERS = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

/** The characters of a text that a PDF with standard fonts cannot show, each once. */
export function strangers(text: string): string[] {
  return [...new Set(text)].filter((sign) => !/[\x20-\x7e\xa0-\xff\n\t]/.test(sign) && !MORE_LETTERS.includes(sign) && !(sign in SYMBOLS));
}

/**
 * A figure as a PDF page of its size. The standard fonts, which every reader has, are not embedded and have Latin letters.
 *
 * @throws Error for a figure with other letters, which would come out as wrong ones
 */
export async function pdfFile(svg: string): Promise<Blob> {
  const figure = document.importNode(new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement, true) as Element as SVGSVGElement;
  const texts = [...figure.querySelectorAll('text')];
  const unknown = strangers(texts.map((text) => text.textContent).join(''));
  if (unknown.length > 0) {
    throw new Error(`The fonts of PDF files have no ${unknown.slice(0, 5).join(' ')}. Save the chart as SVG, or change the text.`);
  }
  texts.forEach(useSymbols);
  const [width, height] = ['width', 'height'].map((side) => points(Number.parseFloat(figure.getAttribute(side) as string))) as [number, number];
  // Large, and needed by few.
  const [{ jsPDF }, { svg2pdf }] = await Promise.all([import('jspdf'), import('svg2pdf.js')]);
  const page = new jsPDF({ unit: 'pt', format: [width, height], orientation: width > height ? 'landscape' : 'portrait', compress: true });
  page.setProperties({ title: figure.querySelector('title')?.textContent ?? '', subject: figure.querySelector('desc')?.textContent ?? '' });
  await svg2pdf(figure, page, { x: 0, y: 0, width, height });
  return page.output('blob');
}

function useSymbols(text: Element): void {
  for (const node of [...text.childNodes]) {
    const words = node.textContent ?? '';
    if (node.nodeType === Node.TEXT_NODE && [...words].some((sign) => sign in SYMBOLS)) {
      const parts = words.split(/([≤≥−→≈∞↵]+)/).filter((part) => part !== '');
      node.replaceWith(...parts.map((part) => span(part)));
    } else if (node instanceof Element) {
      useSymbols(node);
    }
  }
}

function span(part: string): Element {
  const element = document.createElementNS('http://www.w3.org/2000/svg', 'tspan');
  const symbols = (part[0] as string) in SYMBOLS;
  element.textContent = symbols ? [...part].map((sign) => SYMBOLS[sign]).join('') : part;
  if (symbols) {
    element.setAttribute('font-family', 'symbol');
  }
  return element;
}
