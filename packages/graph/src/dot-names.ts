// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { PublicId } from '@parsec-bft/core'
import { toHex } from '@parsec-bft/core/internals'

/**
 * Names and payloads in DOT files. A character that might break a label, a quoted id, a comment or a
 * list is written as its hexadecimal code point between `%` and `;`: a comma is `%2c;`. Reading
 * gives the text back.
 */
const harmful = /[^A-Za-z0-9.~+/= -]/gu
const escaped = /%([0-9a-f]{1,6});/g

/** A payload's text for a DOT file. Lone surrogates become U+FFFD. */
export function escapeText(text: string): string {
  return text.toWellFormed().replace(harmful, (character) => `%${(character.codePointAt(0) ?? 0).toString(16)};`)
}

/** A peer's name for a DOT file: one word, without spaces. */
export function escapeName(name: string): string {
  return name === ''
    ? '%'
    : escapeText(name).replaceAll(/[ .+/=-]/g, (c) =>
        c === '-' || c === '.' ? c : `%${c.charCodeAt(0).toString(16)};`,
      )
}

/** The text that {@link escapeText} or {@link escapeName} wrote. */
export function unescapeText(text: string): string {
  if (text === '%') return ''
  return text.replace(escaped, (whole, digits: string) => {
    const code = parseInt(digits, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** Gives each public id an escaped name that no other one has. */
export class DotNames {
  readonly #nameOf = new Map<string, string>()
  readonly #idOf = new Map<string, PublicId>()

  /** The name of an id. Of several called Zoe, the first is `Zoe`, the next ones `Zoe~1`, `Zoe~2` … */
  of(id: PublicId): string {
    const key = toHex(id.bytes)
    const known = this.#nameOf.get(key)
    if (known !== undefined) return known
    const plain = escapeName(id.name)
    let name = plain
    for (let i = 1; this.#idOf.has(name); i++) name = `${plain}~${String(i)}`
    this.#nameOf.set(key, name)
    this.#idOf.set(name, id)
    return name
  }

  /** All named ids, in the order in which they were met. */
  entries(): IterableIterator<[string, PublicId]> {
    return this.#idOf.entries()
  }
}
