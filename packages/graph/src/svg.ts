// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { DecisionView, Inspection } from '@parsec-bft/core'
import { edgePath, px } from './svg-edges.ts'
import {
  boxLineHeight,
  boxPaddingPx,
  cellPx,
  foldHeightPx,
  headerHeightPx,
  layOut,
  lineHeightPx,
  paddedWidth,
} from './svg-layout.ts'
import type { Column, EventBox, Layout } from './svg-layout.ts'
import { legendBlock, starPath, storyBlock, textElement } from './svg-panel.ts'
import { firstDrawnEvent } from './svg-range.ts'
import { counted, storyOf } from './svg-story.ts'
import { edgeClass, fontSizePx, styleSheet, textSizes } from './svg-style.ts'
import { clip, escapeXml, printable } from './svg-text.ts'
import { tooltipOf } from './svg-tooltip.ts'

export interface SvgOptions {
  /**
   * Explain this decision. The picture must be made while the state of its election still stands (in `onDecision`);
   * later the annotations are those of the election under way then.
   */
  readonly decision?: DecisionView
  /** First event index to draw. Default: of a decision what it needs, see `firstDrawnEvent`; else 0. */
  readonly from?: number
  /** One past the last event index to draw. Default: all. */
  readonly to?: number
  /** First line of the picture instead of the default one (whose graph, which decision). */
  readonly title?: string
}

const marginPx = 16
/** The story and the legend need some room even above a narrow graph. */
const leastWidthPx = 840

/** What the file of a picture by `writeSvg` begins with: so one of ours can be told from others. */
const svgStart = '<svg xmlns="http://www.w3.org/2000/svg" data-by="parsec-bft"'
const xmlStart = '<?xml version="1.0" encoding="UTF-8"?>'

/** Was this file written by {@link writeSvg}? */
export function isOurSvg(text: string): boolean {
  return text.startsWith(`${xmlStart}\n${svgStart}`)
}

/**
 * Draws a gossip graph as an SVG file: a column per peer, time upwards, annotated and coloured as the DOT files are,
 * under a text that says why the decision fell, if one is given. The same input gives the same text on every machine;
 * it needs nothing else to be shown. The time taken grows with the number of events and their annotations.
 *
 * @throws RangeError when `from` and `to` are not a range of events of the graph.
 */
export function writeSvg(inspection: Inspection, options: SvgOptions = {}): string {
  const { decision, to = inspection.eventCount, title } = options
  const from = options.from ?? (decision === undefined ? 0 : firstDrawnEvent(inspection, decision))
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from > to || to > inspection.eventCount) {
    throw new RangeError(`events ${String(from)} to ${String(to)} of ${String(inspection.eventCount)}`)
  }
  const hasCoin = inspection.coin === 'threshold'
  const layout = layOut(inspection, { decision, from, to })
  const boxes = [...layout.boxes.values()]
  const widthPx = Math.max(leastWidthPx, layout.width)
  const story = storyBlock(storyOf(inspection, layout.labels, decision, title), marginPx, marginPx, widthPx)
  const parts = { hasDecision: decision !== undefined, hasCoin, hasInternal: boxes.some(mentionsInternal) }
  const legend = legendBlock(parts, marginPx, marginPx + story.heightPx + 10, widthPx)
  const graphTopPx = marginPx + story.heightPx + 10 + legend.heightPx + 12
  const [width, height] = [px(widthPx + 2 * marginPx), px(graphTopPx + layout.height + marginPx)]
  return [
    xmlStart,
    `${svgStart} xml:space="preserve" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${styleSheet(hasCoin)}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
      '<path d="M0 1L8 4L0 7Z" fill="#444"/></marker></defs>',
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...story.svg,
    ...legend.svg,
    `<g transform="translate(${px(marginPx + (widthPx - layout.width) / 2)} ${px(graphTopPx)})">`,
    ...layout.columns.flatMap((column, i) => (i % 2 === 0 ? [bandElement(layout, column)] : [])),
    ...edgeElements(layout),
    ...layout.columns.flatMap((column) => headerElements(inspection, layout, column)),
    ...foldElements(inspection, layout, from),
    ...boxes.flatMap((box) => boxElements(inspection, layout, box)),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

function mentionsInternal({ label }: EventBox): boolean {
  return label.payload?.internal === true || label.interesting.some(({ internal }) => internal)
}

function bandElement({ height }: Layout, { left, right }: Column): string {
  return `<rect class="band" x="${px(left - 8)}" y="0" width="${px(right - left + 16)}" height="${px(height)}"/>`
}

/** The peer's name above its column, below it, and in between: there on a plate that covers the edges. */
function headerElements(inspection: Inspection, layout: Layout, column: Column): string[] {
  const { left, right, heading, peer } = column
  const width = paddedWidth(heading)
  const x = (left + right - width) / 2
  const view = inspection.peers()[peer]
  const tooltip = `<title>${escapeXml(printable(`${view?.name ?? ''}: ${String(view?.state ?? '')}`))}</title>`
  const size = `width="${px(width)}" height="${px(headerHeightPx - 4)}"`
  const plates = layout.headerTops
    .slice(1, -1)
    .map((top) => `<rect class="plate" x="${px(x)}" y="${px(top + 2)}" ${size} rx="2"/>`)
  const names = layout.headerTops.map((top) =>
    textElement(heading, x + boxPaddingPx, top + lineHeightPx + 1, fontSizePx, 'peer'),
  )
  return [`<g class="peer">${tooltip}`, ...plates, ...names, '</g>']
}

/** One line at the bottom for the events that are left out; hovering tells how many each peer made. */
function foldElements(inspection: Inspection, { height, width }: Layout, from: number): string[] {
  if (from === 0) return []
  const peers = inspection.peers()
  const counts = new Map<number, number>()
  for (let index = 0; index < from; index++) {
    const { creator } = inspection.event(index)
    counts.set(creator, (counts.get(creator) ?? 0) + 1)
  }
  const tooltip = [...counts].map(([peer, count]) => printable(`${peers[peer]?.name ?? ''}: ${String(count)}`))
  const text = `${counted(from, 'earlier event')} not drawn`
  const shown = clip(text, Math.max(1, Math.floor(width / cellPx)))
  const y = height - headerHeightPx - foldHeightPx + lineHeightPx
  return [
    `<g><title>${escapeXml([text, ...tooltip].join('\n'))}</title>`,
    textElement(shown, Math.max(0, (width - paddedWidth(shown)) / 2 + boxPaddingPx), y, fontSizePx, 'strong'),
    '</g>',
  ]
}

/** Edges come before all boxes, which cover them where they meet. */
function edgeElements(layout: Layout): string[] {
  const elements: string[] = []
  for (const box of layout.boxes.values()) {
    const { selfParent, otherParent } = box.event
    const faint = box.dim ? ' faint' : ''
    const below = selfParent === undefined ? undefined : layout.boxes.get(selfParent)
    const beside = otherParent === undefined ? undefined : layout.boxes.get(otherParent)
    if (below !== undefined) elements.push(`<path class="self${faint}" d="${edgePath(layout, below, box)}"/>`)
    else if (selfParent !== undefined)
      elements.push(cutEdge(`${px(box.x + box.width / 2)} ${px(box.y + box.height)}v8`))
    if (beside !== undefined) {
      const colour = edgeClass(beside.event.creator)
      elements.push(`<path class="other ${colour}${faint}" d="${edgePath(layout, beside, box)}"/>`)
    } else if (otherParent !== undefined) {
      elements.push(cutEdge(`${px(box.x)} ${px(box.y + box.height / 2)}h-10`))
    }
  }
  return elements
}

/** A short way towards a parent that is not in the picture. */
function cutEdge(path: string): string {
  return `<path class="self cut" d="M${path}"/>`
}

function boxElements(inspection: Inspection, layout: Layout, box: EventBox): string[] {
  const { x, y, width, height } = box
  let baseline = y - 2
  const texts = box.lines.map((line) => {
    baseline += boxLineHeight(line)
    const fontPx = line.role === 'minor' ? textSizes.minor.fontPx : fontSizePx
    return textElement(line.text, x + boxPaddingPx, baseline, fontPx, line.role === 'plain' ? '' : line.role)
  })
  return [
    `<g class="${boxClasses(box)}" data-event="${String(box.event.index)}">` +
      `<title>${escapeXml(tooltipOf(inspection, layout.labels, box.event, box.label))}</title>` +
      `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" rx="2"/>`,
    ...(box.starred ? [starPath(x + boxPaddingPx + cellPx * 0.8, y + 1 + lineHeightPx / 2)] : []),
    ...texts,
    '</g>',
  ]
}

function boxClasses({ kind, event, label, dim, decides, starred }: EventBox): string {
  const isInternal =
    label.payload?.internal ??
    (!starred && label.interesting.length > 0 && label.interesting.every(({ internal }) => internal))
  return [
    kind,
    ...(isInternal ? ['internal'] : []),
    ...(event.coins === undefined ? [] : ['shares']),
    ...(dim ? ['dim'] : []),
    ...(decides ? ['decides'] : []),
  ].join(' ')
}
