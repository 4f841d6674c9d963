// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * Reads an SVG file back as a picture: where its texts, boxes and edges are. Independent of the
 * layout that made it. The XML reader is strict and knows only what our files use.
 */

export interface Rect {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export interface PictureText extends Rect {
  readonly text: string
  /** Index of the event in whose group it stands. */
  readonly event: number | undefined
}

export interface PictureBox extends Rect {
  readonly event: number
}

export interface PictureEdge {
  readonly path: string
  readonly points: readonly (readonly [number, number])[]
}

export interface Picture {
  readonly width: number
  readonly height: number
  readonly texts: readonly PictureText[]
  readonly boxes: readonly PictureBox[]
  readonly edges: readonly PictureEdge[]
  /** Contents of all title elements (tooltips). */
  readonly tooltips: readonly string[]
}

export interface XmlElement {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  text: string
}

// Characters that XML 1.0 does not allow; with the u flag, surrogates match only when they stand alone.
const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u

/** Parses a whole document, or throws. */
export function parseXml(document: string): XmlElement {
  const bad = forbidden.exec(document)
  if (bad !== null) throw new Error(`forbidden character at ${String(bad.index)}`)
  const root: XmlElement = { tag: '', attributes: new Map(), children: [], text: '' }
  const open: XmlElement[] = [root]
  const body = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  const token = /<(\/?)([a-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy
  for (let at = 0; at < body.length; at = token.lastIndex) {
    token.lastIndex = at
    const match = token.exec(body)
    const top = open.at(-1)
    if (match === null || top === undefined) throw new Error(`malformed at ${body.slice(at, at + 60)}`)
    const [, closing, tag = '', attributes = '', empty, text] = match
    if (text !== undefined) {
      if (text.includes(']]>')) throw new Error(']]> in text')
      top.text += unescape(text)
    } else if (closing === '/') {
      if (top.tag !== tag || attributes !== '') throw new Error(`</${tag}> closes <${top.tag}>`)
      open.pop()
    } else {
      const element = { tag, attributes: parseAttributes(attributes), children: [], text: '' }
      top.children.push(element)
      if (empty !== '/') open.push(element)
    }
  }
  const [only] = root.children
  if (open.length !== 1 || only === undefined || root.children.length !== 1 || root.text.trim() !== '') {
    throw new Error('not exactly one root element')
  }
  return only
}

function parseAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (attributes.has(name)) throw new Error(`twice: ${name}`)
    attributes.set(name, unescape(value))
  }
  return attributes
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescape(text: string): string {
  return text.replace(/&([^;]*;?)/g, (whole, name: string) => {
    const character = name.endsWith(';') ? entities[name.slice(0, -1)] : undefined
    if (character === undefined) throw new Error(`bad entity ${whole}`)
    return character
  })
}

/** Advance of DejaVu Sans Mono, the widest of the usual fixed-width fonts, as a part of the font size. */
const advance = 0.602

export function readPicture(svg: string): Picture {
  const root = parseXml(svg)
  const texts: PictureText[] = []
  const boxes: PictureBox[] = []
  const edges: PictureEdge[] = []
  const tooltips: string[] = []
  const visit = (element: XmlElement, dx: number, dy: number, event: number | undefined): void => {
    const number = (name: string): number => Number(element.attributes.get(name) ?? 0)
    const classes = (element.attributes.get('class') ?? '').split(' ')
    if (element.tag === 'title') tooltips.push(element.text)
    if (element.tag === 'text') texts.push({ ...textRect(element, classes, dx, dy), text: element.text, event })
    if (element.tag === 'rect' && event !== undefined) {
      const [left, top] = [number('x') + dx, number('y') + dy]
      boxes.push({ left, top, right: left + number('width'), bottom: top + number('height'), event })
    }
    if (element.tag === 'path' && (classes.includes('self') || classes.includes('other'))) {
      const path = element.attributes.get('d') ?? ''
      edges.push({ path, points: pointsOf(path).map(([x, y]) => [x + dx, y + dy] as const) })
    }
    const move = /^translate\(([\d.-]+) ([\d.-]+)\)$/.exec(element.attributes.get('transform') ?? '')
    const own = element.attributes.get('data-event')
    for (const child of element.children) {
      visit(child, dx + Number(move?.[1] ?? 0), dy + Number(move?.[2] ?? 0), own === undefined ? event : Number(own))
    }
  }
  const graph = root.children.at(-1)
  for (const child of root.children) visit(child, 0, 0, undefined)
  if (graph?.tag !== 'g') throw new Error('the graph comes last')
  return {
    width: Number(root.attributes.get('width')),
    height: Number(root.attributes.get('height')),
    texts: texts.filter((text) => text.text.trim() !== ''),
    boxes,
    edges,
    tooltips,
  }
}

function textRect(element: XmlElement, classes: readonly string[], dx: number, dy: number): Rect {
  const size = classes.includes('title') ? 16 : classes.includes('heading') ? 12 : classes.includes('minor') ? 9 : 11
  const forced = element.attributes.get('textLength')
  const plain = element.text.length * size * advance
  if (forced === undefined && !/^[ -~]*$/.test(element.text)) throw new Error(`width not forced: ${element.text}`)
  const [left, baseline] = [Number(element.attributes.get('x')) + dx, Number(element.attributes.get('y')) + dy]
  const width = forced === undefined ? plain : Number(forced)
  return { left, top: baseline - size * 0.76, right: left + width, bottom: baseline + size * 0.24 }
}

/** Points along a path, dense enough that no box slips between two. */
function pointsOf(path: string): [number, number][] {
  const points: [number, number][] = []
  let [x, y] = [0, 0]
  const lineTo = (x2: number, y2: number): void => {
    const steps = Math.max(1, Math.ceil(Math.hypot(x2 - x, y2 - y) / 3))
    for (let i = 0; i <= steps; i++) points.push([x + ((x2 - x) * i) / steps, y + ((y2 - y) * i) / steps])
    ;[x, y] = [x2, y2]
  }
  for (const [, command, rest = ''] of path.matchAll(/([MLHVCvh])([^A-Za-z]*)/g)) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = rest.trim().split(' ').map(Number)
    if (command === 'M') [x, y] = [a, b]
    else if (command === 'L') lineTo(a, b)
    else if (command === 'H') lineTo(a, y)
    else if (command === 'V') lineTo(x, a)
    else if (command === 'v') lineTo(x, y + a)
    else if (command === 'h') lineTo(x + a, y)
    else {
      const [x0, y0] = [x, y]
      for (let i = 1; i <= 16; i++) {
        const [t, u] = [i / 16, 1 - i / 16]
        const bezier = (p: number, q: number, r: number, s: number): number =>
          u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s
        lineTo(bezier(x0, a, c, e), bezier(y0, b, d, f))
      }
    }
  }
  return points
}

/** Everything in the picture that hinders reading it; empty for a good one. */
export function faultsOf(picture: Picture): string[] {
  const faults: string[] = []
  const boxOf = new Map(picture.boxes.map((box) => [box.event, box]))
  overlaps(picture.texts, picture.texts, (a, b) => {
    if (a !== b) faults.push(`text ${a.text} overlaps ${b.text}`)
  })
  overlaps(picture.boxes, picture.boxes, (a, b) => {
    if (a !== b) faults.push(`box of event ${String(a.event)} overlaps that of ${String(b.event)}`)
  })
  overlaps(picture.texts, picture.boxes, (text, box) => {
    if (text.event !== box.event) faults.push(`text ${text.text} runs into the box of event ${String(box.event)}`)
  })
  for (const text of picture.texts) {
    const room =
      text.event === undefined
        ? { left: 0, top: 0, right: picture.width, bottom: picture.height }
        : boxOf.get(text.event)
    const inside =
      room !== undefined &&
      text.left >= room.left &&
      text.right <= room.right &&
      text.top >= room.top &&
      text.bottom <= room.bottom
    if (!inside) faults.push(`text ${text.text} leaves its box`)
  }
  faults.push(...edgeFaults(picture))
  return faults
}

/**
 * Edges may touch boxes at their ends only, and lead from the past upwards; stubs (`v`, `h`) show
 * where one was cut off.
 */
function edgeFaults(picture: Picture): string[] {
  const faults: string[] = []
  for (const { path, points } of picture.edges) {
    const falls = points.some(([, y], i) => y > (points[i - 1]?.[1] ?? Infinity) + 0.11)
    if (falls && !path.includes('v')) faults.push(`edge ${path} leads back in time`)
  }
  const spots = picture.edges.flatMap((edge) => {
    const ends = [edge.points[0], edge.points.at(-1)].filter((end) => end !== undefined)
    return edge.points.map(([x, y]) => ({ left: x, right: x, top: y, bottom: y, edge, ends }))
  })
  overlaps(spots, picture.boxes, (spot, box) => {
    const touches = ([x, y]: readonly [number, number]): boolean =>
      x >= box.left - 0.2 && x <= box.right + 0.2 && y >= box.top - 0.2 && y <= box.bottom + 0.2
    const inside =
      spot.left > box.left + 0.2 &&
      spot.left < box.right - 0.2 &&
      spot.top > box.top + 0.2 &&
      spot.top < box.bottom - 0.2
    if (inside && !spot.ends.some(touches)) {
      faults.push(`edge ${spot.edge.path} runs through the box of event ${String(box.event)}`)
    }
  })
  return [...new Set(faults)]
}

/** Calls back for every a and b that have an area (or a point) in common, in time near linear for pictures. */
function overlaps<A extends Rect, B extends Rect>(
  as: readonly A[],
  bs: readonly B[],
  found: (a: A, b: B) => void,
): void {
  const stripPx = 32
  const strips = new Map<number, B[]>()
  for (const b of bs) {
    for (let strip = Math.floor(b.top / stripPx); strip <= Math.floor(b.bottom / stripPx); strip++) {
      const list = strips.get(strip)
      if (list === undefined) strips.set(strip, [b])
      else list.push(b)
    }
  }
  for (const a of as) {
    const met = new Set<B>()
    for (let strip = Math.floor(a.top / stripPx); strip <= Math.floor(a.bottom / stripPx); strip++) {
      for (const b of strips.get(strip) ?? []) {
        const common = a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
        if (common && !met.has(b)) {
          met.add(b)
          found(a, b)
        }
      }
    }
  }
}
