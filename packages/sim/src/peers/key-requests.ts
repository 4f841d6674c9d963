// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

interface KeyRequest {
  readonly participants: readonly string[]
  /** Number of the key that came of it. */
  key: number | undefined
}

/**
 * Which keys came of which requests, as far as one peer's output tells. A key does not name its
 * request: it may have fewer participants, where some were removed, and so come of any of several.
 * Who is found to have been taken for another's gives way, as in any matching.
 */
export class KeyRequests {
  readonly #requests: KeyRequest[] = []
  /** Per key, what it may come of. */
  readonly #origins: (readonly KeyRequest[])[] = []

  /** The generation of a key was decided. */
  decided(participants: readonly string[]): void {
    this.#requests.push({ participants, key: undefined })
  }

  /**
   * A key came: returns the participants of one more request that is fulfilled now, or undefined if
   * it can come of none.
   */
  came(participants: readonly string[], isRemoved: (name: string) => boolean): readonly string[] | undefined {
    const origins = this.#requests.filter((request) => {
      const asked = new Set(request.participants)
      const isLeft = (name: string): boolean => participants.includes(name) || isRemoved(name)
      return participants.every((name) => asked.has(name)) && request.participants.every(isLeft)
    })
    return this.#assign(this.#origins.push(origins) - 1, new Set())
  }

  #assign(key: number, tried: Set<KeyRequest>): readonly string[] | undefined {
    for (const request of this.#origins[key] ?? []) {
      if (tried.has(request)) continue
      tried.add(request)
      const fulfilled = request.key === undefined ? request.participants : this.#assign(request.key, tried)
      if (fulfilled === undefined) continue
      request.key = key
      return fulfilled
    }
    return undefined
  }
}
