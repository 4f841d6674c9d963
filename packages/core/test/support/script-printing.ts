// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { accusationsOf } from './mixed-network.ts'
import type { RealPeer, ScriptWorld } from './script-world.ts'

/** One line per text, with all the peers that it is true of. */
function printGrouped(world: ScriptWorld, what: string, textOf: (peer: RealPeer) => string): void {
  const groups = new Map<string, string[]>()
  for (const peer of world.real.values()) {
    const text = textOf(peer)
    groups.set(text, [...(groups.get(text) ?? []), peer.name])
  }
  for (const [text, names] of groups) world.print(`${what}, ${names.join(', ')}: ${text}`)
}

/** What each real peer has accused others of, in the order of its events. */
export function printAccusations(world: ScriptWorld): void {
  for (const peer of world.real.values())
    for (const accusation of accusationsOf(peer.parsec)) world.names.note(accusation)
  printGrouped(world, 'accusations', (peer) => {
    const texts = accusationsOf(peer.parsec).map((accusation) => world.names.accusation(accusation))
    return texts.length === 0 ? 'none' : texts.join(', ')
  })
}

export function printBlocks(world: ScriptWorld): void {
  printGrouped(
    world,
    'blocks',
    ({ blocks }) => blocks.map((block) => world.names.observation(block)).join(', ') || 'none',
  )
}

/** The voters that each real peer knows. */
export function printMembers(world: ScriptWorld): void {
  printGrouped(world, 'members', ({ parsec }) => {
    const inspection = parsec.inspect()
    const names = inspection.voters().map((peer) => inspection.peers()[peer]?.name ?? '')
    return names.sort().join(', ')
  })
}

/** The reports that were not printed yet. */
export function printReports(world: ScriptWorld): void {
  printGrouped(world, 'reports', (peer) => {
    const texts = peer.reports.map((report) => world.names.report(report))
    peer.reports = []
    return texts.length === 0 ? 'none' : texts.join(', ')
  })
}

/** A real peer's own events, one a line. */
export function printLine(world: ScriptWorld, { name, parsec }: RealPeer): void {
  const inspection = parsec.inspect()
  const nameOf = (peer: number | undefined): string => inspection.peers()[peer ?? -1]?.name ?? ''
  for (let x = 0; x < inspection.eventCount; x++) {
    const { creator, cause, grounds, indexByCreator, otherParent, payload, recipient } = inspection.event(x)
    if (creator !== inspection.ourIndex) continue
    const text = ((): string => {
      switch (cause) {
        case 'Initial':
          return 'begins'
        case 'Requesting':
          return `asks ${nameOf(recipient)}`
        case 'Request':
        case 'Response': {
          const from = otherParent === undefined ? undefined : inspection.event(otherParent).creator
          return `records a ${cause.toLowerCase()} by ${nameOf(from)}`
        }
        case 'Conclusion':
          return `records what decides or proves, by ${nameOf(inspection.event(otherParent ?? 0).creator)}`
        case 'CoinShares':
          return 'publishes shares of coins'
        case 'Observation': {
          const { observation } = inspection.payload(payload ?? 0)
          if (observation.kind !== 'Accusation' || grounds === undefined) {
            return `votes ${inspection.payload(payload ?? 0).text}`
          }
          return `accuses: ${world.names.accusation({ ...observation, grounds })}`
        }
      }
    })()
    world.print(`${name.slice(0, 1)}_${String(indexByCreator)} ${text}`)
  }
}
