import { describe, expect, it } from 'vitest';
import { decodePlace, encodePlace, type Place } from './place';

describe('place', () => {
  it('comes back from the fragment as it went in', () => {
    const places: Place[] = [
      { screen: 'overview' },
      { screen: 'overview', run: 2, other: 1, scope: 'prompt', subject: 'high school & more=1', picture: 'comparison' },
      { screen: 'explore', run: 2, other: 1, picture: 'comparison', query: 'share & rank = 1' },
      { screen: 'serve', run: 1, cache: 'layer', policy: 'belady', megabytes: 12.6, gigabytes: 0.5, bandwidth: 3.5, resident: 6, ranks: 8, spare: 0, batch: 16 },
      { screen: 'query', layer: 0, expert: 15, question: 7, sql: "SELECT '100 %' AS \"a#b\"\n-- ü" },
    ];
    for (const place of places) {
      expect(decodePlace(encodePlace(place))).toEqual(place);
    }
  });

  it('reads a bare query link', () => {
    expect(decodePlace('#q=SELECT%201+%2B+2')).toEqual({ screen: 'query', sql: 'SELECT 1 + 2' });
  });

  it('has SQL on the query screen only', () => {
    expect(encodePlace({ screen: 'query', sql: 'SELECT 1', values: { layer: '3', scope: null, subject: 'a&b=ü' } })).toBe(
      '#screen=query&q=SELECT%201&p.layer=3&p.scope&p.subject=a%26b%3D%C3%BC',
    );
    expect(decodePlace('#q=SELECT+1&p.Layer=3&p.scope&p.subject=a%26b%3D%C3%BC&p.=1&p.a-b=1&p.empty=').values).toEqual({
      layer: '3',
      scope: null,
      subject: 'a&b=ü',
    });
    expect(decodePlace('#screen=explore&p.layer=3')).toEqual({ screen: 'explore' });
    expect(encodePlace({ screen: 'overview', run: 1, sql: 'SELECT 1' })).toBe('#screen=overview&run=1');
    expect(encodePlace({ screen: 'run', run: 1 })).toBe('#screen=run&run=1');
    expect(decodePlace('#screen=overview&scope=generated')).toEqual({ screen: 'overview', scope: 'generated' });
    expect(decodePlace('#screen=expert&run=1&layer=2&expert=3')).toEqual({ screen: 'expert', run: 1, layer: 2, expert: 3 });
  });

  it('has the settings of Serve on that screen only', () => {
    expect(encodePlace({ screen: 'overview', run: 1, policy: 'lfu', megabytes: 2, ranks: 4 })).toBe('#screen=overview&run=1');
  });

  it('leaves out what makes no sense', () => {
    expect(decodePlace('#screen=serve&cache=all&policy=mru&megabytes=0&gigabytes=-1&bandwidth=1e3&ranks=2.5')).toEqual({ screen: 'serve' });
    expect(decodePlace('#screen=moon&run=-1&layer=1e9&expert=x&scope=all&q=%E0%A4&subject=')).toEqual({ screen: 'overview' });
    expect(decodePlace('')).toEqual({ screen: 'overview' });
  });
});
