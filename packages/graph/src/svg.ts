// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { CoinShares, DecisionView, EventView, Inspection } from '@parsec-bft/core'
import { edgePath, px } from './svg-edges.ts'
import { boxPaddingPx, cellPx, fontSizePx, headerHeightPx, layOut, lineHeightPx, paddedWidth } from './svg-layout.ts'
import type { Column, EventBox, Layout } from './svg-layout.ts'
import { legendBlock, starPath, storyBlock, textElement } from './svg-panel.ts'
import { storyOf } from './svg-story.ts'
import { escapeXml, printable } from './svg-text.ts'

export interface SvgOptions {
  /**
   * Explain this decision. The picture must be made while the state of its election still stands (in `onDecision`);
   * later the annotations are those of the election under way then.
   */
  readonly decision?: DecisionView
  /** First event index to draw, from 0. Default 0. */
  readonly from?: number
  /** One past the last event index to draw. Default: all. */
  readonly to?: number
  /** First line of the picture instead of the default one (whose graph, which decision). */
  readonly title?: string
}

const marginPx = 16
/** The story and the legend need some room even above a narrow graph. */
const leastWidthPx = 840
const edgeColours = ['#3b6fb6', '#2f8f4e', '#9a5fb4', '#b0682a', '#5b7f8c', '#a8486f', '#6f7d1c', '#55557f'] as const

const style = `
text{font-family:"DejaVu Sans Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:${String(fontSizePx)}px;fill:#000;white-space:pre}
.title{font-size:16px;font-weight:bold}
.heading{font-size:12px;font-weight:bold}
.strong,.peer{font-weight:bold}
.band{fill:#f4f6f8}
rect{stroke:#666;fill:#fff}
rect.band,rect.paper{stroke:none}
.vote rect{fill:cyan}
.interesting rect{fill:crimson}
.interesting text{fill:#fff}
.observer rect{fill:orange}
.dim rect{stroke:#bbb}
.dim text{fill:#505050}
.vote.dim rect{fill:#dcfafa}
.interesting.dim rect{fill:#fbe0e5}
.observer.dim rect{fill:#fff0d6}
.decides rect{stroke:#006400;stroke-width:3}
.self,.other{fill:none}
.self{stroke:#555;stroke-width:1.6}
.other{stroke-width:1;marker-end:url(#arrow)}
.cut{stroke-dasharray:2 2;stroke:#555}
.star{fill:#ffe14d;stroke:#333;stroke-width:.6}
${edgeColours.map((colour, i) => `.p${String(i)}{stroke:${colour}}`).join('\n')}
.faint{stroke:#ccc}
`

/** Only with the threshold coin. */
const coinStyle = '.shares rect{stroke:#7a2fb0;stroke-width:2;stroke-dasharray:5 2}\n'

/**
 * Draws a gossip graph as an SVG file: a column per peer, time upwards, annotated and coloured as the DOT files are,
 * under a text that says why the decision fell, if one is given. The same input gives the same text on every machine;
 * it needs nothing else to be shown. The time taken grows with the number of events and their annotations.
 *
 * @throws RangeError when `from` and `to` are not a range of events of the graph.
 */
export function writeSvg(inspection: Inspection, options: SvgOptions = {}): string {
  const { decision, from = 0, to = inspection.eventCount, title } = options
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from > to || to > inspection.eventCount) {
    throw new RangeError(`events ${String(from)} to ${String(to)} of ${String(inspection.eventCount)}`)
  }
  const hasCoin = inspection.coin === 'threshold'
  const layout = layOut(inspection, { decision, from, to })
  const widthPx = Math.max(leastWidthPx, layout.width)
  const story = storyBlock(storyOf(inspection, layout.labels, decision, title), marginPx, marginPx, widthPx)
  const legend = legendBlock(decision !== undefined, hasCoin, marginPx, marginPx + story.heightPx + 10, widthPx)
  const graphTopPx = marginPx + story.heightPx + 10 + legend.heightPx + 12
  const [width, height] = [px(widthPx + 2 * marginPx), px(graphTopPx + layout.height + marginPx)]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}">`,
    `<style>${style}${hasCoin ? coinStyle : ''}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
      '<path d="M0 1L8 4L0 7Z" fill="#444"/></marker></defs>',
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...story.svg,
    ...legend.svg,
    `<g transform="translate(${px(marginPx + (widthPx - layout.width) / 2)} ${px(graphTopPx)})">`,
    ...layout.columns.flatMap((column, i) => columnElements(inspection, layout, column, i)),
    ...edgeElements(layout),
    ...[...layout.boxes.values()].flatMap((box) => boxElements(inspection, layout, box)),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/** The peer's name above and below its column, and a band behind every other one. */
function columnElements(inspection: Inspection, layout: Layout, column: Column, place: number): string[] {
  const { left, right, heading, peer } = column
  const x = (left + right - paddedWidth(heading)) / 2 + boxPaddingPx
  const view = inspection.peers()[peer]
  const tooltip = `<title>${escapeXml(printable(`${view?.name ?? ''}: ${String(view?.state ?? '')}`))}</title>`
  const band = `<rect class="band" x="${px(left - 8)}" y="0" width="${px(right - left + 16)}" height="${px(layout.height)}"/>`
  return [
    ...(place % 2 === 0 ? [band] : []),
    `<g class="peer">${tooltip}`,
    textElement(heading, x, lineHeightPx, fontSizePx, 'peer'),
    textElement(heading, x, layout.height - headerHeightPx + lineHeightPx, fontSizePx, 'peer'),
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
      const colour = `p${String(beside.event.creator % edgeColours.length)}`
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
  const classes = [
    box.kind,
    box.event.coins === undefined ? '' : 'shares',
    box.dim ? 'dim' : '',
    box.decides ? 'decides' : '',
  ]
    .filter((name) => name !== '')
    .join(' ')
  return [
    `<g class="${classes}" data-event="${String(box.event.index)}">` +
      `<title>${escapeXml(tooltipOf(inspection, layout, box))}</title>` +
      `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" rx="2"/>`,
    ...(box.starred ? [starPath(x + boxPaddingPx + cellPx * 0.8, y + 1 + lineHeightPx / 2)] : []),
    ...box.lines.map((line, i) =>
      textElement(line.text, x + boxPaddingPx, y + lineHeightPx * (i + 1) - 2, fontSizePx, line.strong ? 'strong' : ''),
    ),
    '</g>',
  ]
}

/** The full texts, which the box may show clipped. */
function tooltipOf(inspection: Inspection, { labels }: Layout, { event, label }: EventBox): string {
  const creator = inspection.peers()[event.creator]?.name ?? ''
  const lines = [`${label.name}: ${causeText(inspection, event)} by ${creator}`]
  if (event.coins !== undefined) lines.push(coinSharesText(inspection, event.coins))
  if (label.payload !== undefined) lines.push(label.payload)
  if (label.interesting.length > 0) lines.push(`interesting: [${label.interesting.join(', ')}]`)
  if (event.selfParent !== undefined) lines.push(`self-parent ${labels.name(event.selfParent)}`)
  if (event.otherParent !== undefined) lines.push(`other-parent ${labels.name(event.otherParent)}`)
  return lines.map(printable).join('\n')
}

/**
 * Subjects are places among the voters of the election in ascending order; those of earlier
 * elections are not known any more.
 */
function coinSharesText(inspection: Inspection, { election, shares }: CoinShares): string {
  const peers = inspection.peers()
  const voters = election === inspection.election ? inspection.voters().flatMap((voter) => peers[voter] ?? []) : []
  voters.sort((a, b) => a.id.compareTo(b.id))
  const subject = (place: number): string => voters[place]?.name ?? `voter ${String(place)}`
  const rounds = [...new Set(shares.map(({ round }) => round))].map((round) => {
    const names = shares.filter((share) => share.round === round).map((share) => subject(share.subject))
    return `round ${String(round)}, of ${names.join(' and ')}`
  })
  return `shares of coins: election ${String(election)}, ${rounds.join('; ')}`
}

function causeText(inspection: Inspection, event: EventView): string {
  if (event.recipient === undefined) return event.cause
  return `${event.cause}(${inspection.peers()[event.recipient]?.name ?? ''})`
}
