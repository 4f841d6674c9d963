// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Twin } from './twin.ts'

/*
 * Twins that judge by arrival where the protocol judges by ancestry (section 4): what a forker
 * could split peers with. Each has one of the three faults that the first implementation's election
 * has.
 */

/** Takes the first event with content that arrived for a peer's first interesting event, whatever its branch. */
export class FirstByArrival extends Twin {
  protected override firstInteresting(_x: number, peer: string): number | undefined {
    return [...this.metaEvents.keys()]
      .sort((a, b) => a - b)
      .find((y) => this.graph.at(y).creator === peer && this.isInteresting(y))
  }
}

/**
 * Takes a payload for already interesting if it is so at an event of the same creator that arrived
 * earlier, whatever its branch.
 */
export class AlreadyByArrival extends Twin {
  protected override already(x: number): number[] {
    const { creator } = this.graph.at(x)
    return [...this.metaEvents.keys()].filter((y) => y < x && this.graph.at(y).creator === creator)
  }
}

/** Takes the first event that arrived with the index of a peer's latest for the latest, whatever its branch. */
export class LatestByArrival extends Twin {
  protected override latestBy(x: number, peer: string): number | undefined {
    const latest = super.latestBy(x, peer)
    if (latest === undefined) return undefined
    const index = this.graph.indexByCreator(latest)
    const place = this.graph.events.findIndex(
      ({ creator }, y) => creator === peer && this.graph.indexByCreator(y) === index,
    )
    return place < 0 ? undefined : place
  }
}
