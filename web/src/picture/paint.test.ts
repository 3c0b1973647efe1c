import { describe, expect, it } from 'vitest';
import { diverging } from './colour';
import { layOut, type Matrix, NEVER } from './matrix';
import { cellColour, type Paint, svgCells, svgKey } from './paint';

const paint: Paint = { scale: diverging(false), from: -2, to: 2, never: '#cccccc', neverInk: '#666666', absent: '#ffffff' };

describe('paint', () => {
  it('gives each kind of cell its own look', () => {
    const colours = [-2, 0, 2, NEVER, NaN].map((value) => cellColour(paint, value));
    expect(new Set(colours).size).toBe(5);
    expect(cellColour(paint, 7)).toBe(cellColour(paint, 2));
    expect(cellColour(paint, -7)).toBe(cellColour(paint, -2));
  });

  it('writes a rectangle for each cell and a stroke through those that never fired', () => {
    const matrix: Matrix = { rows: ['0', '1'], columns: ['0', '1'], values: Float64Array.of(-2, NEVER, NaN, 2) };
    const svg = svgCells(matrix, layOut(matrix, 60, 20, 10, 15), paint);
    expect(svg.match(/<rect /g)).toHaveLength(4);
    expect(svg).toContain('<rect x="40" y="10" width="20" height="15" fill="#cccccc"/><path d="M42 23L58 12" stroke="#666666"/>');
    expect(svg).toContain('<rect x="40" y="25" width="20" height="15" fill="#9c3c00"/>');
    const tiny = svgCells(matrix, layOut(matrix, 8, 0, 0, 4), paint);
    expect(tiny).not.toContain('<path');
  });

  it('writes a key from one end of the scale to the other', () => {
    const { svg } = svgKey(paint, { caption: '', marks: [{ at: -2, text: '1/4×' }, { at: 2, text: '4×' }], never: 'never fired' }, 40, '#000000', 600);
    const places = [...svg.matchAll(/<text x="([\d.]+)"[^>]*>([^<]+)</g)].map(([, x, text]) => [Number(x), text]);
    expect(places).toEqual([[54, '1/4×'], [294, '4×'], [346, 'never fired']]);
    expect(svg.match(/#cccccc/g)).toHaveLength(1);
    const narrow = svgKey(paint, { caption: 'share of the tokens', marks: [], never: 'never fired' }, 40, '#000000', 300);
    const lines = [...narrow.svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)</g)].map(([, x, y, text]) => [Number(x), Number(y), text]);
    expect(lines).toEqual([[40, 26, 'share of the tokens'], [74, 76, 'never fired']]);
    expect(narrow.height).toBe(88);
    expect(svgKey(paint, { caption: 'weight', marks: [], never: '' }, 40, '#000000', 600).svg).not.toContain('#cccccc');
  });
});
