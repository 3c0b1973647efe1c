import { describe, expect, it } from 'vitest';
import { band, type Flow, layOutSankey, REST } from './sankey';

const BOX = { width: 400, height: 210, nodeWidth: 10, gap: 5, top: 10 };
const FLOWS: Flow[] = [
  { layer: 0, expert: 0, next: 1, together: 6, leaving: 0 },
  { layer: 0, expert: 0, next: 2, together: 2, leaving: 0 },
  { layer: 0, expert: 1, next: 2, together: 1, leaving: 0 },
  { layer: 0, expert: 2, next: 1, together: 1, leaving: 0 },
  { layer: 1, expert: 1, next: 0, together: 7, leaving: 0 },
  { layer: 1, expert: 2, next: 0, together: 3, leaving: 0 },
];

describe('sankey', () => {
  const { nodes, links, layers } = layOutSankey(FLOWS, 2, BOX);

  it('shows the busiest experts and all others together', () => {
    expect(layers).toEqual([0, 1, 2]);
    const ofLayer = (layer: number) => nodes.filter((node) => node.layer === layer).map(({ expert, share }) => [expert, share]);
    expect(ofLayer(0)).toEqual([[0, 0.8], [1, 0.1], [REST, 0.1]]);
    expect(ofLayer(2)).toEqual([[0, 1]]);
  });

  it('loses no token', () => {
    for (const layer of [0, 1]) {
      const share = links.filter((link) => link.from.layer === layer).reduce((sum, link) => sum + link.share, 0);
      expect(share).toBeCloseTo(1, 12);
    }
  });

  it('stays within its box, and links within their nodes', () => {
    for (const node of nodes) {
      expect(node.y + node.height).toBeLessThanOrEqual(BOX.height + 0.01);
    }
    for (const link of links) {
      expect(link.fromY + link.thickness / 2).toBeLessThanOrEqual(link.from.y + link.from.height + 0.01);
      expect(link.toY).toBeLessThanOrEqual(link.to.y + link.to.height + 0.01);
    }
    expect(band(links[0]!, BOX.nodeWidth)).toMatch(/^M10 10C/);
  });

  it('of nothing is nothing', () => {
    expect(layOutSankey([], 5, BOX)).toEqual({ nodes: [], links: [], layers: [] });
  });
});
