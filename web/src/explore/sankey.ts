/** Tokens that go from an expert of one layer to one of the next. */
export interface Flow {
  layer: number;
  expert: number;
  next: number;
  /** Pairs of choices: a token counts top-k times. */
  together: number;
  /** Tokens that were routed to the expert. */
  leaving: number;
}

/** The experts of a layer that are shown one by one; REST is all others together. */
export const REST = -1;

export interface Node {
  layer: number;
  expert: number;
  /** Tokens, as a share of the layer's slots. */
  share: number;
  x: number;
  y: number;
  height: number;
}

export interface Link {
  from: Node;
  to: Node;
  share: number;
  /** Centres of the two ends. */
  fromY: number;
  toY: number;
  thickness: number;
}

export interface Sankey {
  nodes: Node[];
  links: Link[];
  layers: number[];
}

export interface Box {
  width: number;
  height: number;
  nodeWidth: number;
  gap: number;
  top: number;
}

/** Lays the flows out: a column per layer, the busiest experts first and the rest last. */
export function layOutSankey(flows: Flow[], most: number, box: Box): Sankey {
  const layers = [...new Set(flows.flatMap(({ layer }) => [layer, layer + 1]))].sort((a, b) => a - b);
  const shares = new Map(layers.map((layer) => [layer, sharesOf(flows, layer)]));
  const nodes: Node[] = [];
  layers.forEach((layer, index) => {
    const kept = top(shares.get(layer) as Map<number, number>, most);
    const free = box.height - box.top - box.gap * (kept.length - 1);
    let y = box.top;
    for (const [expert, share] of kept) {
      const height = Math.max(1, share * free);
      const x = layers.length < 2 ? 0 : (index / (layers.length - 1)) * (box.width - box.nodeWidth);
      nodes.push({ layer, expert, share, x, y, height });
      y += height + box.gap;
    }
  });
  return { nodes, layers, links: linksOf(flows, nodes) };
}

/** The nodes whose labels have so much room from middle to middle, in each layer the largest first. */
export function labelled(nodes: Node[], room: number): Set<Node> {
  const middle = (node: Node) => node.y + node.height / 2;
  const chosen = new Set<Node>();
  for (const node of [...nodes].sort((a, b) => b.height - a.height)) {
    if (![...chosen].some((other) => other.layer === node.layer && Math.abs(middle(other) - middle(node)) < room)) {
      chosen.add(node);
    }
  }
  return chosen;
}

/** An S-shaped band between two nodes. */
export function band(link: Link, nodeWidth: number): string {
  const [x0, x1] = [link.from.x + nodeWidth, link.to.x];
  const middle = (x0 + x1) / 2;
  const half = link.thickness / 2;
  const round = (value: number) => Math.round(value * 10) / 10;
  const [a, b, c, d] = [link.fromY - half, link.toY - half, link.toY + half, link.fromY + half].map(round) as [number, number, number, number];
  const [m, l, r] = [middle, x0, x1].map(round) as [number, number, number];
  return `M${l} ${a}C${m} ${a} ${m} ${b} ${r} ${b}L${r} ${c}C${m} ${c} ${m} ${d} ${l} ${d}Z`;
}

/** Shares of a layer's choices by expert: of those that leave it, or, in the last layer, of those that arrive. */
function sharesOf(flows: Flow[], layer: number): Map<number, number> {
  const leaving = flows.filter((flow) => flow.layer === layer);
  const counts = new Map<number, number>();
  let total = 0;
  const add = (expert: number, together: number) => {
    counts.set(expert, (counts.get(expert) ?? 0) + together);
    total += together;
  };
  if (leaving.length > 0) {
    leaving.forEach((flow) => add(flow.expert, flow.together));
  } else {
    flows.filter((flow) => flow.layer === layer - 1).forEach((flow) => add(flow.next, flow.together));
  }
  return new Map([...counts].map(([expert, count]) => [expert, count / total]));
}

function top(shares: Map<number, number>, most: number): [number, number][] {
  const sorted = [...shares].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const kept = sorted.slice(0, most);
  const rest = sorted.slice(most).reduce((sum, [, share]) => sum + share, 0);
  return rest > 0 ? [...kept, [REST, rest]] : kept;
}

function linksOf(flows: Flow[], nodes: Node[]): Link[] {
  const find = (layer: number, expert: number) =>
    nodes.find((node) => node.layer === layer && node.expert === expert) ?? nodes.find((node) => node.layer === layer && node.expert === REST);
  const totals = new Map<number, number>();
  flows.forEach((flow) => totals.set(flow.layer, (totals.get(flow.layer) ?? 0) + flow.together));
  const merged = new Map<Node, Map<Node, number>>();
  for (const flow of flows) {
    const from = find(flow.layer, flow.expert);
    const to = find(flow.layer + 1, flow.next);
    if (from !== undefined && to !== undefined) {
      const out = merged.get(from) ?? new Map<Node, number>();
      out.set(to, (out.get(to) ?? 0) + flow.together / (totals.get(flow.layer) as number));
      merged.set(from, out);
    }
  }
  const links: Link[] = [];
  const used = { out: new Map<Node, number>(), in: new Map<Node, number>() };
  for (const from of nodes) {
    for (const to of nodes) {
      const share = merged.get(from)?.get(to);
      if (share !== undefined) {
        const thickness = share * (from.height / Math.max(from.share, 1e-12));
        const [start, end] = [used.out.get(from) ?? 0, used.in.get(to) ?? 0];
        const arriving = share * (to.height / Math.max(to.share, 1e-12));
        links.push({ from, to, share, thickness, fromY: from.y + start + thickness / 2, toY: to.y + end + arriving / 2 });
        used.out.set(from, start + thickness);
        used.in.set(to, end + arriving);
      }
    }
  }
  return links;
}
