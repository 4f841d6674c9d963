// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/**
 * Text in pictures. Widths are counted in cells of a fixed-width font, and no font is ever asked for
 * its metrics, so that a layout is the same on every machine.
 */

/**
 * Width of one cell as a part of the font size. In the usual fixed-width fonts it is 0.55 to 0.602,
 * so text takes at most the room that the layout gives it.
 */
export const cellPerFontSize = 0.61

/** Controls, bidirectional overrides, lone surrogates, unassigned and private characters, line separators. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu
/** A second mark on one letter: stacks of them leave their line. */
const stackedMark = /(?<=\p{M})\p{M}/gu
const ascii = /^[\x20-\x7e]*$/

/** The text with everything that a line cannot show written as `\u{…}`. */
export function printable(text: string): string {
  if (ascii.test(text)) return text
  return text.replace(unprintable, codePointEscape).replace(stackedMark, codePointEscape)
}

function codePointEscape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** For XML text and attribute values. Takes {@link printable} text only. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

/** Cells that a text takes. A letter that is not Latin, Greek or Cyrillic may come from another font and gets two. */
export function cells(text: string): number {
  if (ascii.test(text)) return text.length
  let sum = 0
  for (const character of text) sum += cellsOf(character)
  return sum
}

function cellsOf(character: string): number {
  return (character.codePointAt(0) ?? 0) < 0x530 || character === '…' ? 1 : 2
}

/** Must its width be forced, because another font than the fixed-width one may draw it? */
export function needsForcedWidth(text: string): boolean {
  return !ascii.test(text)
}

/** The text if it fits, else as much of it as fits with an ellipsis. */
export function clip(text: string, maxCells: number): string {
  if (cells(text) <= maxCells) return text
  let kept = ''
  let used = 1
  for (const character of text) {
    used += cellsOf(character)
    if (used > maxCells) break
    kept += character
  }
  return `${kept}…`
}

export interface Wrapped {
  readonly lines: readonly string[]
  /** Was a word too long for a line, so that not all of it is there? */
  readonly isCut: boolean
}

/** Lines of at most `maxCells`, broken at spaces; all but the first start with `indent` spaces. */
export function wrap(text: string, maxCells: number, indent: number): Wrapped {
  const lines: string[] = []
  let line = ''
  let isCut = false
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (cells(joined) <= maxCells) {
      line = joined
      continue
    }
    if (line.trim() !== '') lines.push(line)
    line = lines.length === 0 ? word : ' '.repeat(indent) + word
    if (cells(line) <= maxCells) continue
    line = clip(line, maxCells)
    isCut = true
  }
  lines.push(line)
  return { lines, isCut }
}
