import { escapeHtml } from './html.ts';

export interface StateDiagram {
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly by: string }[];
  /** The position of each state; null is an empty cell. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/**
 * Parses the subset of Mermaid's `stateDiagram-v2` that the guides use: `a --> b: why`. Its comments, `%% a . b`, are the rows
 * in which the portal draws it, with a dot for an empty cell.
 */
export function readStateDiagram(text: string): StateDiagram {
  const transitions: StateDiagram['transitions'][number][] = [];
  const rows: (string | null)[][] = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    const [, from, to, by = ''] = /^(\w+) --> (\w+)(?:: (.+))?$/.exec(line) ?? [];
    if (from !== undefined && to !== undefined) transitions.push({ from, to, by });
    else if (line.startsWith('%% '))
      rows.push(
        line
          .slice(3)
          .split(/\s+/)
          .map((each) => (each === '.' ? null : each)),
      );
    else if (line !== '' && line !== 'stateDiagram-v2') throw new Error(`expected a transition or a row: ${line}`);
  }
  return { transitions, rows };
}

const box = { width: 118, height: 34 };
const gap = { x: 62, y: 54 };
const margin = 16;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Draws it as SVG. A final state has a double border. */
export function stateDiagram(text: string): string {
  const { transitions, rows } = readStateDiagram(text);
  const columns = Math.max(...rows.map((row) => row.length));
  const size = {
    x: columns * (box.width + gap.x) - gap.x + 2 * margin,
    y: rows.length * (box.height + gap.y) - gap.y + 2 * margin,
  };
  const places = new Map<string, Point>();
  for (const [y, row] of rows.entries()) {
    for (const [x, state] of row.entries()) {
      if (state === null) continue;
      const center = {
        x: 4 + box.width / 2 + x * (box.width + gap.x),
        y: margin + box.height / 2 + y * (box.height + gap.y),
      };
      places.set(state, center);
    }
  }
  const arrows = transitions.map(({ from, to, by }) => {
    const [start, end] = [places.get(from), places.get(to)];
    if (start === undefined || end === undefined) throw new Error(`expected a place for ${from} and ${to}`);
    const isTwoWay = transitions.some((other) => other.from === to && other.to === from);
    return arrow(start, end, by, isTwoWay);
  });
  const boxes = [...places].map(([state, { x, y }]) => {
    const isFinal = !transitions.some(({ from }) => from === state);
    const [left, top] = [x - box.width / 2, y - box.height / 2];
    const inner = `<rect x="${left + 3}" y="${top + 3}" width="${box.width - 6}" height="${box.height - 6}" rx="5"/>`;
    return `<g class="state"><rect x="${left}" y="${top}" width="${box.width}" height="${box.height}" rx="7"/>${isFinal ? inner : ''}<text x="${x}" y="${y}">${escapeHtml(state)}</text></g>`;
  });
  const label = transitions.map(({ from, to }) => `${from} to ${to}`).join(', ');
  return `<svg viewBox="0 0 ${size.x} ${size.y}" width="${size.x}" role="img" aria-label="${escapeHtml(label)}"><defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>${arrows.join('')}${boxes.join('')}</svg>`;
}

/** From border to border; two arrows between the same states are drawn side by side. */
function arrow(from: Point, to: Point, by: string, isTwoWay: boolean): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const along = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  const aside = isTwoWay ? 9 : 0;
  const shift = ({ x, y }: Point): Point => ({ x: x - along.y * aside, y: y + along.x * aside });
  const start = leave(from, shift(from), along);
  const end = leave(to, shift(to), { x: -along.x, y: -along.y });
  const line = `<path class="arrow" d="M${at(start)}L${at(end)}" marker-end="url(#tip)"/>`;
  if (by === '') return line;
  // Beside the line if another is parallel to it, above a horizontal one, on the line otherwise.
  const side = isTwoWay ? 10 : Math.abs(along.y) < 0.2 ? -9 * Math.sign(along.x) : 0;
  const x = (start.x + end.x) / 2 - along.y * side;
  const y = (start.y + end.y) / 2 + along.x * side;
  const anchor = isTwoWay && Math.abs(along.y) > 0.2 ? (along.y < 0 ? 'start' : 'end') : 'middle';
  return `${line}<text class="why" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeHtml(by)}</text>`;
}

/** Where a line from `start` crosses the border of the box around `center`. */
function leave(center: Point, start: Point, along: Point): Point {
  const x = along.x === 0 ? Infinity : (center.x + Math.sign(along.x) * (box.width / 2) - start.x) / along.x;
  const y = along.y === 0 ? Infinity : (center.y + Math.sign(along.y) * (box.height / 2) - start.y) / along.y;
  const distance = Math.min(x, y) + 2;
  return { x: start.x + along.x * distance, y: start.y + along.y * distance };
}

const at = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
