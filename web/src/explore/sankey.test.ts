import { describe, expect, it } from 'vitest';
import { band, type Flow, labelled, layOutSankey, type Node, REST } from './sankey';

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

  it('labels small nodes, too, where labels do not overlap', () => {
    const column = (layer: number, ...heights: number[]): Node[] => {
      let y = 0;
      return heights.map((height, expert) => {
        const node = { layer, expert, share: 0.1, x: 0, y, height };
        y += height + 7;
        return node;
      });
    };
    const small = [...column(0, 40, 4, 3, 1, 1, 1), ...column(1, 1, 1)];
    expect([...labelled(small, 10)].map(({ layer, expert }) => [layer, expert]).sort()).toEqual([[0, 0], [0, 1], [0, 2], [0, 4], [1, 0]]);
    expect(labelled([], 10).size).toBe(0);
  });

  it('of nothing is nothing', () => {
    expect(layOutSankey([], 5, BOX)).toEqual({ nodes: [], links: [], layers: [] });
  });
});
