import { describe, expect, it } from 'vitest';
import { answer } from '../api/testing';
import { csvFile, escapeXml } from './export';

describe('files', () => {
  it('in CSV quote what needs it and keep NULL apart from the empty text', () => {
    const rows = answer(['layer', 'a,b'], [[1, 'x'], [null, ''], [0.1, 'say "hi"\nthere'], [[1, 2], 'ü']]);
    expect(csvFile(rows)).toBe('layer,"a,b"\r\n1,x\r\n,\r\n0.1,"say ""hi""\nthere"\r\n"[1, 2]",ü\r\n');
  });

  it('in SVG escape what XML would read', () => {
    expect(escapeXml('<a & "b">')).toBe('&#60;a &#38; &#34;b&#34;&#62;');
  });
});
