// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { px } from './svg-edges.ts'
import { cellPx, lineHeightPx } from './svg-layout.ts'
import type { StoryLine } from './svg-story.ts'
import { fontSizePx, textSizes } from './svg-style.ts'
import { cellPerFontSize, cells, escapeXml, needsForcedWidth, printable, wrap } from './svg-text.ts'

/** What stands above the graph: the story in words and the legend. */

/** A piece of a picture with its height. */
export interface Block {
  readonly svg: readonly string[]
  readonly heightPx: number
}

/** How far the second and later parts of a wrapped line are indented, in cells. */
const indents = { title: 2, heading: 3, line: 4, minor: 4 } as const

/** A text element. Its width is forced where the viewer may take another font for it. */
export function textElement(text: string, x: number, baseline: number, sizePx: number, className = ''): string {
  const classes = className === '' ? '' : ` class="${className}"`
  const width = needsForcedWidth(text) ? ` textLength="${px(cells(text) * sizePx * cellPerFontSize)}"` : ''
  const adjust = width === '' ? '' : ' lengthAdjust="spacingAndGlyphs"'
  return `<text x="${px(x)}" y="${px(baseline)}"${classes}${width}${adjust}>${escapeXml(text)}</text>`
}

/** The story, wrapped to the width, with its top at y. */
export function storyBlock(story: readonly StoryLine[], x: number, y: number, widthPx: number): Block {
  const svg: string[] = []
  let bottom = y
  for (const { text, role, whole } of story) {
    const { fontPx, linePx } = textSizes[role]
    const shift = role === 'line' || role === 'minor' ? cellPx * 2 : 0
    const maxCells = Math.floor((widthPx - shift) / (fontPx * cellPerFontSize))
    const { lines, isCut } = wrap(printable(text), maxCells, indents[role])
    const texts = lines.map((part) => {
      bottom += linePx
      return textElement(part, x + shift, bottom - (linePx - fontPx) / 2 - 1, fontPx, role)
    })
    const full = whole ?? (isCut ? text : undefined)
    if (full === undefined) svg.push(...texts)
    else svg.push(`<g><title>${escapeXml(full.split('\n').map(printable).join('\n'))}</title>`, ...texts, '</g>')
  }
  return { svg, heightPx: bottom - y }
}

interface LegendItem {
  readonly swatch: string
  readonly swatchWidthPx: number
  readonly text: string
}

const swatchHeightPx = 12

function boxItem(className: string, text: string): LegendItem {
  return { swatch: `<g class="${className}"><rect width="20" height="12" rx="2"/></g>`, swatchWidthPx: 20, text }
}

const generalItems: readonly LegendItem[] = [
  boxItem('plain', 'event'),
  boxItem('vote', 'vote'),
  boxItem('interesting', 'event with interesting content'),
  boxItem('observer', 'observer'),
  { swatch: starPath(8, 6), swatchWidthPx: 16, text: "a peer's first interesting event of the election" },
  { swatch: '<path class="self" d="M4 12V0"/>', swatchWidthPx: 8, text: 'self-parent below, child above' },
  { swatch: '<path class="other p0" d="M0 10L20 2"/>', swatchWidthPx: 24, text: 'gossip, in the colour of its sender' },
]

const internalItems: readonly LegendItem[] = [
  boxItem('vote internal', 'internal: a message of a key generation, which no block holds'),
]

const decisionItems: readonly LegendItem[] = [
  boxItem('plain decides', 'the event that finished the election'),
  boxItem('plain dim', 'not needed for this decision'),
]

const tableText =
  'table: the meta-votes, per subject: stage round/step, est estimates, bin binValues, aux, dec decision; ' +
  't true, f false, b both, - none; "meta-votes as X": the same table as in X'

const coinItems: readonly LegendItem[] = [boxItem('plain shares', 'shares of coins')]

const coinText =
  '; conf: at step 2 the first event of a peer that sees an aux supermajority confirms the aux values in it. ' +
  'An event that sees confirmations by a supermajority of the voters reaches the coin; only then does its ' +
  'creator publish its share. An event knows the coin once it descends from valid shares of more than t voters'

/** What a picture has that not all have. */
export interface LegendParts {
  readonly hasDecision: boolean
  readonly hasCoin: boolean
  readonly hasInternal: boolean
}

/** The legend, as many items in a row as the width allows, with its top at y. */
export function legendBlock(parts: LegendParts, x: number, y: number, widthPx: number): Block {
  const { hasDecision, hasCoin, hasInternal } = parts
  const items = [
    ...generalItems,
    ...(hasInternal ? internalItems : []),
    ...(hasCoin ? coinItems : []),
    ...(hasDecision ? decisionItems : []),
  ]
  const svg: string[] = []
  let [left, top] = [0, y]
  for (const { swatch, swatchWidthPx, text } of items) {
    const width = swatchWidthPx + 6 + cells(text) * cellPx
    if (left > 0 && left + width > widthPx) [left, top] = [0, top + 20]
    svg.push(`<g transform="translate(${px(x + left)} ${px(top + 3)})">${swatch}</g>`)
    svg.push(textElement(text, x + left + swatchWidthPx + 6, top + swatchHeightPx + 1, fontSizePx))
    left += width + 22
  }
  top += 20
  for (const part of wrap(hasCoin ? tableText + coinText : tableText, Math.floor(widthPx / cellPx), 2).lines) {
    svg.push(textElement(part, x, top + swatchHeightPx, fontSizePx))
    top += lineHeightPx + 2
  }
  return { svg, heightPx: top - y }
}

/** A five-pointed star about a point. */
export function starPath(x: number, y: number): string {
  const corners: string[] = []
  for (let i = 0; i < 10; i++) {
    const [radius, angle] = [i % 2 === 0 ? 5.5 : 2.3, (Math.PI / 5) * i]
    corners.push(`${px(x + radius * Math.sin(angle))} ${px(y - radius * Math.cos(angle))}`)
  }
  return `<path class="star" d="M${corners.join('L')}Z"/>`
}
