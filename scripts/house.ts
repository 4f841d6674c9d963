// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/*
 * Draws which folders import which: `npm run house` writes docs/house.svg and prints how
 * long the files are. Every arrow that goes up would be a fault of `npm run check`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { folderOf, packageOf, readSources, targetOf } from './check-dependencies.ts'
import type { Source } from './check-dependencies.ts'
import { folderOrder } from './rooms.ts'

const [rowHeight, boxWidth, boxHeight, arcStep] = [44, 190, 30, 13]

/** From which folder to which a package's files import, with how many imports. */
function importsBetween(sources: readonly Source[], name: string): Map<string, Map<string, number>> {
  const between = new Map<string, Map<string, number>>()
  for (const { file, imports } of sources) {
    if (packageOf(file) !== name) continue
    const from = between.get(folderOf(file)) ?? new Map<string, number>()
    between.set(folderOf(file), from)
    for (const specifier of imports) {
      if (!specifier.startsWith('.') && specifier !== '#crypto') continue
      const to = specifier === '#crypto' ? 'crypto/platform' : folderOf(targetOf(file, specifier))
      if (to !== folderOf(file)) from.set(to, (from.get(to) ?? 0) + 1)
    }
  }
  return between
}

function pair(x: number, y: number): string {
  return `${String(x)} ${String(y)}`
}

/** One package as a column of boxes, the door at the top; arcs lead down from who imports to what is imported. */
function columnOf(name: string, folders: readonly string[], sources: readonly Source[], left: number): string[] {
  const topDown = folders.toReversed()
  const yOf = (folder: string): number => 70 + topDown.indexOf(folder) * rowHeight
  const lines = [`<text x="${String(left)}" y="40" class="name">${name}</text>`]
  for (const [from, targets] of importsBetween(sources, name)) {
    for (const to of targets.keys()) {
      const [start, end] = [yOf(from) + boxHeight / 2, yOf(to) + boxHeight / 2]
      const x = left + boxWidth
      const reach = x + 14 + (Math.abs(end - start) / rowHeight) * arcStep
      const halfway = (start + end) / 2
      const points = [`M${pair(x, start)}`, `Q${pair(reach, start)}`, pair(reach, halfway), `T${pair(x, end)}`]
      lines.push(`<path class="${end > start ? 'down' : 'up'}" d="${points.join(' ')}"/>`)
    }
  }
  for (const folder of topDown) {
    const [x, y] = [String(left), yOf(folder)]
    const label = folder === '.' ? 'src (the door)' : folder
    lines.push(
      `<rect x="${x}" y="${String(y)}" width="${String(boxWidth)}" height="${String(boxHeight)}"/>`,
      `<text x="${String(left + 12)}" y="${String(y + 20)}">${label}</text>`,
    )
  }
  return lines
}

/** The picture: a column for each package whose folders have an order. */
export function housePicture(packages: string): string {
  const sources = readSources(packages)
  const columns = Object.entries(folderOrder)
  const columnWidth = boxWidth + 220
  const width = columns.length * columnWidth + 40
  const height = 90 + Math.max(...columns.map(([, folders]) => folders.length)) * rowHeight
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}">`,
    '<style>text { font: 14px sans-serif; fill: #222 } .name { font-weight: bold; font-size: 18px }',
    'rect { fill: #eef3fa; stroke: #5b7ba8 } path { fill: none; stroke: #8aa3c4; marker-end: url(#tip) }',
    '.up { stroke: #d55e00; stroke-width: 2 }</style>',
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">',
    '<path d="M0 0 L8 4 L0 8 Z" style="fill: #8aa3c4; marker-end: none"/></marker></defs>',
    `<rect width="${String(width)}" height="${String(height)}" style="fill: white; stroke: none"/>`,
    ...columns.flatMap(([name, folders], i) => columnOf(name, folders, sources, 30 + i * columnWidth)),
    '</svg>',
    '',
  ].join('\n')
}

function printSizes(packages: string): void {
  const byFolder = new Map<string, { files: number; lines: number; longest: string; most: number }>()
  for (const { file, text } of readSources(packages)) {
    const folder = `${packageOf(file)}/${folderOf(file)}`
    const entry = byFolder.get(folder) ?? { files: 0, lines: 0, longest: '', most: 0 }
    byFolder.set(folder, entry)
    const lines = text.split('\n').length - 1
    entry.files++
    entry.lines += lines
    if (lines > entry.most) [entry.longest, entry.most] = [file.slice(file.lastIndexOf('/') + 1), lines]
  }
  console.log(`${'folder'.padEnd(26)}${'files'.padStart(6)}${'lines'.padStart(7)}   longest file`)
  for (const [folder, { files, lines, longest, most }] of byFolder) {
    const counts = `${String(files).padStart(6)}${String(lines).padStart(7)}`
    console.log(`${folder.padEnd(26)}${counts}   ${longest} (${String(most)})`)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = join(import.meta.dirname, '..')
  const target = join(root, 'docs/house.svg')
  const picture = housePicture(join(root, 'packages'))
  printSizes(join(root, 'packages'))
  const isCurrent = readFileSync(target, { encoding: 'utf8', flag: 'a+' }) === picture
  if (!isCurrent) writeFileSync(target, picture)
  console.log(`\n${relative(process.cwd(), target)}: ${isCurrent ? 'as it was' : 'written'}; each arrow is an import`)
}
