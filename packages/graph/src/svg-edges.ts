// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { gutterPx, rowGapPx } from './svg-layout.ts'
import type { EventBox, Lane, Layout } from './svg-layout.ts'

/**
 * The paths of edges through a layout. A self-parent edge is vertical in its lane. Another edge is
 * straight if no box is in its way; else it climbs in the gutters between lanes, and crosses each
 * lane through a gap between two boxes.
 */

/** How far from a box an edge passes; different distances keep parallel edges apart. All fit into a row gap. */
const clearancesPx = [2.5, 5.5, 8.5] as const
/** Least distance of a straight edge from a box. */
const leastClearancePx = 2

/** SVG path data from a parent's box to its child's. */
export function edgePath(layout: Layout, parent: EventBox, child: EventBox): string {
  if (parent.lane === child.lane && parent.event.creator === child.event.creator) {
    return `M${px(centreX(child))} ${px(parent.y)}V${px(child.y + child.height)}`
  }
  const places = lanePlaces(layout)
  const [from, to] = [places.get(parent.lane) ?? 0, places.get(child.lane) ?? 0]
  const rightwards = to > from
  const start = { x: rightwards ? parent.x + parent.width : parent.x, y: parent.y + Math.min(5, parent.height / 3) }
  const low = child.y + child.height - Math.min(5, child.height / 3)
  const end = { x: rightwards ? child.x : child.x + child.width, y: low }
  const touched = layout.lanes.slice(Math.min(from, to), Math.max(from, to) + 1)
  const meets = (a: Point, b: Point): boolean => touched.some((lane) => meetsBox(lane, a, b, parent, child))
  if (!meets(start, end)) return `M${point(start)}L${point(end)}`
  // Level inside the lanes of parent and child: a slope would cut other boxes there.
  const leave = { x: laneSide(layout, from, rightwards), y: start.y }
  const arrive = { x: laneSide(layout, to, !rightwards), y: end.y }
  if (!meets(leave, arrive)) return `M${point(start)}H${px(leave.x)}L${point(arrive)}H${px(end.x)}`
  const crossed = rightwards ? touched.slice(1, -1) : touched.slice(1, -1).reverse()
  return `M${point(start)}${routed(layout, { leave, arrive, crossed, rightwards, parent, child })}H${px(end.x)}`
}

interface Point {
  readonly x: number
  readonly y: number
}

interface Route {
  /** Where it leaves the parent's lane. */
  readonly leave: Point
  /** Where it enters the child's lane. */
  readonly arrive: Point
  /** The lanes between, in the order in which they are crossed. */
  readonly crossed: readonly Lane[]
  readonly rightwards: boolean
  readonly parent: EventBox
  readonly child: EventBox
}

function routed(layout: Layout, { leave, arrive, crossed, rightwards, parent, child }: Route): string {
  const clearance = clearancesPx[parent.lane % clearancesPx.length] ?? leastClearancePx
  const highest = (layout.rowBottom[child.row] ?? 0) + clearance
  const reach = rightwards ? gutterPx / 2 : -gutterPx / 2
  let path = `H${px(leave.x)}`
  let { x, y } = leave
  for (const lane of crossed) {
    const [near, far] = rightwards ? [lane.left, lane.right] : [lane.right, lane.left]
    const ideal = leave.y + ((near - leave.x) / (arrive.x - leave.x)) * (arrive.y - leave.y)
    const crossing = freeY(lane, Math.max(highest, Math.min(y, ideal)), y, clearance)
    path += `${curve(x, y, near, crossing, reach)}H${px(far)}`
    x = far
    y = crossing
  }
  return path + curve(x, y, arrive.x, arrive.y, reach)
}

/** Across a gutter, level at both ends. */
function curve(x1: number, y1: number, x2: number, y2: number, reach: number): string {
  return `C${px(x1 + reach)} ${px(y1)} ${px(x2 - reach)} ${px(y2)} ${px(x2)} ${px(y2)}`
}

/** A height near `wanted`, not below `lowest`, where the lane has no box. */
function freeY(lane: Lane, wanted: number, lowest: number, clearance: number): number {
  const box = boxNear(lane, wanted, leastClearancePx)
  if (box === undefined) return wanted
  const below = box.y + box.height + clearance
  const above = box.y - (rowGapPx - clearance)
  return below <= lowest && below - wanted <= wanted - above ? below : above
}

/** The box of the lane that covers the height, if any. */
function boxNear(lane: Lane, y: number, clearance: number): EventBox | undefined {
  // Boxes are in order of decreasing y: find the first whose top is not below y.
  const box = lane.boxes[firstBox(lane, y + clearance)]
  return box !== undefined && box.y + box.height + clearance > y ? box : undefined
}

/** Place in the lane of the lowest box whose top is above (smaller than) y. */
function firstBox(lane: Lane, y: number): number {
  let [low, high] = [0, lane.boxes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lane.boxes[middle]?.y ?? 0) < y) high = middle
    else low = middle + 1
  }
  return low
}

/** Does the straight line come too near to a box of the lane? The two boxes that it joins do not count. */
function meetsBox(lane: Lane, start: Point, end: Point, parent: EventBox, child: EventBox): boolean {
  const slope = (end.y - start.y) / (end.x - start.x)
  const [least, most] = [Math.min(start.x, end.x), Math.max(start.x, end.x)]
  const between = (x: number): number => start.y + (Math.max(least, Math.min(most, x)) - start.x) * slope
  const span = (left: number, right: number): [number, number] => {
    const [a, b] = [between(left), between(right)]
    return [Math.min(a, b) - leastClearancePx, Math.max(a, b) + leastClearancePx]
  }
  const [top, bottom] = span(lane.left, lane.right)
  for (let i = firstBox(lane, bottom); i < lane.boxes.length; i++) {
    const box = lane.boxes[i]
    if (box === undefined || box.y + box.height <= top) return false
    if (box === parent || box === child || box.x > most || box.x + box.width < least) continue
    const [highest, lowest] = span(box.x, box.x + box.width)
    if (box.y < lowest && box.y + box.height > highest) return true
  }
  return false
}

const placesOf = new WeakMap<Layout, Map<number, number>>()

/** Per lane number its place from left to right. */
function lanePlaces(layout: Layout): Map<number, number> {
  let places = placesOf.get(layout)
  if (places === undefined) {
    places = new Map()
    layout.lanes.forEach((lane, place) => places?.set(lane.boxes[0]?.lane ?? -1, place))
    placesOf.set(layout, places)
  }
  return places
}

function laneSide(layout: Layout, place: number, right: boolean): number {
  const lane = layout.lanes[place]
  return (right ? lane?.right : lane?.left) ?? 0
}

function centreX(box: EventBox): number {
  return box.x + box.width / 2
}

function point({ x, y }: Point): string {
  return `${px(x)} ${px(y)}`
}

/** A length in the picture, with as many decimals as the eye can see. */
export function px(length: number): string {
  return String(Math.round(length * 10) / 10)
}
