import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { csvFile, escapeXml, framed, wrapped } from './export';

describe('files', () => {
  it('in CSV quote what needs it and keep NULL apart from the empty text', () => {
    const rows = answer(['layer', 'a,b'], [[1, 'x'], [null, ''], [0.1, 'say "hi"\nthere'], [[1, 2], 'ü']]);
    expect(csvFile(rows)).toBe('layer,"a,b"\r\n1,x\r\n,\r\n0.1,"say ""hi""\nthere"\r\n"[1, 2]",ü\r\n');
  });

  it('in SVG escape what XML would read', () => {
    expect(escapeXml('<a & "b">')).toBe('&#60;a &#38; &#34;b&#34;&#62;');
  });

  it('of pictures say what they show, in lines that fit', () => {
    const file = framed({ svg: '<svg width="200" height="50"><g/></svg>', width: 200, height: 50 }, { title: 'Use <all>', about: 'Layer by expert, n = 24 tokens of 24 questions.', dark: false });
    expect(file).toMatch(/^<svg [^>]* width="232" height="144"/);
    expect(file).toContain('>Use &#60;all&#62;</text>');
    expect([...file.matchAll(/font-size="12"[^>]*>([^<]*)</g)].map(([, line]) => line)).toEqual(['Layer by expert, n = 24 tokens', 'of 24 questions.']);
    expect(file).toContain('<svg x="16" y="78" width="200" height="50"><g/></svg></svg>');
  });

  it('break lines at blanks', () => {
    expect(wrapped('one two  three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('immeasurable', 4)).toEqual(['immeasurable']);
    expect(wrapped('', 4)).toEqual([]);
  });
});
