// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import type { DecisionView, EventView, Inspection } from '@parsec-bft/core'
import { EventLabels } from './labels.ts'
import type { EventKind, EventLabel } from './labels.ts'
import { BoxTexts, maxNameCells } from './svg-box-text.ts'
import type { BoxLine, BoxMarks } from './svg-box-text.ts'
import { fontSizePx, textSizes } from './svg-style.ts'
import { cellPerFontSize, cells, clip, printable } from './svg-text.ts'

/**
 * Where everything of a gossip graph goes: a column per peer with a lane per branch, time upwards.
 * An event's row is one above the higher of its parents' rows; a row is as tall as its tallest box.
 * Lengths are in px.
 */

/** Of a line in a box. */
export const lineHeightPx = 14
export const cellPx = fontSizePx * cellPerFontSize
export const boxPaddingPx = 4
/** Between rows; edges cross columns there. */
export const rowGapPx = 11
/** Between lanes; edges climb there. */
export const gutterPx = 34
/** Of a strip with the names of the peers. */
export const headerHeightPx = 22
/** The names of the peers are repeated after so much of a picture, so that a screen shows them at least once. */
const headerEveryPx = 800
/** Of the line that stands for the events that are left out. */
export const foldHeightPx = 24

export interface EventBox extends BoxMarks {
  readonly event: EventView
  readonly label: EventLabel
  readonly kind: EventKind
  readonly lane: number
  readonly row: number
  readonly lines: readonly BoxLine[]
  /** Not needed to understand the decision. */
  readonly dim: boolean
  readonly width: number
  readonly height: number
  x: number
  y: number
}

/** One branch of one creator's events. */
export interface Lane {
  readonly peer: number
  readonly left: number
  readonly right: number
  /** Its boxes from the earliest (lowest) to the latest. */
  readonly boxes: readonly EventBox[]
}

export interface Column {
  readonly peer: number
  /** Clipped; the full name is in the tooltip. */
  readonly heading: string
  readonly left: number
  readonly right: number
}

export interface Layout {
  readonly labels: EventLabels
  readonly boxes: ReadonlyMap<number, EventBox>
  readonly lanes: readonly Lane[]
  readonly columns: readonly Column[]
  /** Tops of the strips with the names of the peers: above the graph, below it, and between rows. */
  readonly headerTops: readonly number[]
  readonly rowTop: readonly number[]
  readonly rowBottom: readonly number[]
  readonly width: number
  readonly height: number
}

export interface LayoutOptions {
  readonly decision?: DecisionView | undefined
  /** First event index. */
  readonly from: number
  /** One past the last event index. */
  readonly to: number
}

/** Places the events from `from` up to, but not including, `to`; the top left corner is at 0, 0. */
export function layOut(inspection: Inspection, options: LayoutOptions): Layout {
  const labels = new EventLabels(inspection)
  const boxes = makeBoxes(inspection, labels, options)
  const { rowTop, rowBottom, headersBetween, bottom } = placeRows(boxes)
  const { lanes, columns, right } = placeLanes(inspection, boxes)
  const byEvent = new Map(boxes.map((box) => [box.event.index, box]))
  const lowerHeader = bottom + (options.from > 0 ? foldHeightPx : 0)
  const headerTops = [0, ...headersBetween, lowerHeader]
  const height = lowerHeader + headerHeightPx
  return { labels, boxes: byEvent, lanes, columns, headerTops, rowTop, rowBottom, width: right, height }
}

/** Width of a text with the padding of a box around it. */
export function paddedWidth(text: string, fontPx: number = fontSizePx): number {
  return cells(text) * fontPx * cellPerFontSize + 2 * boxPaddingPx
}

export function boxLineHeight({ role }: BoxLine): number {
  return role === 'minor' ? textSizes.minor.linePx : lineHeightPx
}

function boxLineWidth({ text, role }: BoxLine): number {
  return paddedWidth(text, role === 'minor' ? textSizes.minor.fontPx : fontSizePx)
}

function makeBoxes(inspection: Inspection, labels: EventLabels, options: LayoutOptions): EventBox[] {
  const stars = firstInterestingEvents(inspection, options.decision)
  const firstOpen = inspection.unconsensusedEvents().reduce((a, b) => Math.min(a, b), inspection.eventCount)
  const decider = options.decision?.event
  const laneOf = laneNumbers(inspection, options.to)
  const rowOf = new Map<number, number>()
  const boxes: EventBox[] = []
  const texts = new BoxTexts(inspection.peers().length, inspection.coin === 'threshold')
  for (let index = options.from; index < options.to; index++) {
    const event = inspection.event(index)
    const label = labels.label(index)
    const row = 1 + Math.max(rowOf.get(event.selfParent ?? -1) ?? -1, rowOf.get(event.otherParent ?? -1) ?? -1)
    rowOf.set(index, row)
    const decidedVote = event.payload !== undefined && inspection.payload(event.payload).decided
    const old = decider !== undefined && (index < firstOpen || decidedVote)
    const dim = decider !== undefined && (old || !inspection.descends(decider, index))
    const marks = { old, starred: stars.has(index), decides: index === decider }
    const lines = texts.lines(event, label, marks)
    const width = Math.max(...lines.map(boxLineWidth))
    const height = lines.reduce((sum, line) => sum + boxLineHeight(line), 2)
    const lane = laneOf[index] ?? 0
    boxes.push({ event, label, kind: label.kind, lane, row, lines, dim, ...marks, width, height, x: 0, y: 0 })
  }
  return boxes
}

/** An event's first self-child stays in its lane; every further one is a fork and opens a lane of its own. */
function laneNumbers(inspection: Inspection, to: number): number[] {
  const lanes: number[] = []
  const continued = new Set<number>()
  let count = 0
  for (let index = 0; index < to; index++) {
    const { selfParent } = inspection.event(index)
    const inherited = selfParent === undefined || continued.has(selfParent) ? undefined : lanes[selfParent]
    if (selfParent !== undefined) continued.add(selfParent)
    lanes[index] = inherited ?? count++
  }
  return lanes
}

function firstInterestingEvents(inspection: Inspection, decision: DecisionView | undefined): Set<number> {
  if (decision !== undefined) return new Set(decision.firstInteresting.values())
  const firsts = [...inspection.interestingEvents().values()].map((events) => events[0])
  return new Set(firsts.filter((event) => event !== undefined))
}

interface Rows {
  readonly rowTop: readonly number[]
  readonly rowBottom: readonly number[]
  readonly headersBetween: readonly number[]
  readonly bottom: number
}

/** Gives each box its y. The lowest row is number 0. */
function placeRows(boxes: readonly EventBox[]): Rows {
  const heights: number[] = []
  for (const box of boxes) heights[box.row] = Math.max(heights[box.row] ?? 0, box.height)
  const rowTop: number[] = []
  const rowBottom: number[] = []
  const headersBetween: number[] = []
  let y = headerHeightPx + rowGapPx
  for (let row = heights.length - 1; row >= 0; row--) {
    if (y - (headersBetween.at(-1) ?? 0) > headerEveryPx) {
      headersBetween.push(y)
      y += headerHeightPx + rowGapPx
    }
    rowTop[row] = y
    y += heights[row] ?? 0
    rowBottom[row] = y
    y += rowGapPx
  }
  for (const box of boxes) {
    const [top, below] = [rowTop[box.row] ?? 0, rowBottom[box.row] ?? 0]
    box.y = top + (below - top - box.height) / 2
  }
  return { rowTop, rowBottom, headersBetween, bottom: y }
}

/**
 * Gives each box its x. Our column comes first, then those of the others in the order of the peers;
 * the lanes of a column are in order of appearance.
 */
function placeLanes(
  inspection: Inspection,
  boxes: readonly EventBox[],
): { lanes: Lane[]; columns: Column[]; right: number } {
  const lanes: Lane[] = []
  const columns: Column[] = []
  const boxesOf = new Map<number, EventBox[]>()
  const lanesOfPeer = new Map<number, Set<number>>()
  for (const box of boxes) {
    push(boxesOf, box.lane, box)
    const ofPeer = lanesOfPeer.get(box.event.creator) ?? new Set()
    lanesOfPeer.set(box.event.creator, ofPeer.add(box.lane))
  }
  let x = 0
  for (const peer of columnOrder(inspection)) {
    const ids = [...(lanesOfPeer.get(peer) ?? [])]
    if (ids.length === 0) continue
    const heading = headingOf(inspection, peer)
    const left = x + gutterPx / 2
    const least = paddedWidth(heading) / ids.length
    for (const id of ids) {
      const own = boxesOf.get(id) ?? []
      const width = Math.max(least, ...new Set(own.map((box) => box.width)))
      const lane: Lane = { peer, left: x + gutterPx / 2, right: x + gutterPx / 2 + width, boxes: own }
      for (const box of own) box.x = (lane.left + lane.right - box.width) / 2
      lanes.push(lane)
      x += width + gutterPx
    }
    columns.push({ peer, heading, left, right: x - gutterPx / 2 })
  }
  return { lanes, columns, right: x }
}

function push(map: Map<number, EventBox[]>, key: number, box: EventBox): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [box])
  else list.push(box)
}

function columnOrder(inspection: Inspection): number[] {
  const order = inspection.peers().map((peer) => peer.index)
  const us = inspection.ourIndex
  return us === undefined ? order : [us, ...order.filter((peer) => peer !== us)]
}

function headingOf(inspection: Inspection, peer: number): string {
  const name = printable(inspection.peers()[peer]?.name ?? '')
  return clip(name, maxNameCells) + (peer === inspection.ourIndex ? ' (this graph)' : '')
}
