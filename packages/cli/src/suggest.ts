// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { scenarios } from '@parsec-bft/sim'

const mostSuggested = 3
/** Two letters that changed places count as two. */
const mostTypos = 2

/** What to say of a name that no scenario has. */
export function unknownScenario(name: string): string {
  const names = scenarios.map((scenario) => scenario.name)
  return `There is no scenario ${name}.${didYouMean(name, names)} List all: parsec scenarios`
}

/** ` Did you mean churn?`, or nothing when no candidate is similar. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const similar = candidates
    .map((name) => ({ name, distance: distance(word, name) }))
    .filter(({ name, distance }) => distance <= Math.max(mostTypos, word.length / 3) || begins(name, word))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, mostSuggested)
    .map(({ name }) => name)
  return similar.length === 0 ? '' : ` Did you mean ${similar.join(' or ')}?`
}

function begins(name: string, word: string): boolean {
  return word.length > 2 && name.startsWith(word)
}

/** How many letters must be changed, added or left out to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
