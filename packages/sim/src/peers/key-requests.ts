// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

interface KeyRequest {
  readonly participants: readonly string[]
  /** Number of the key that answers it; undefined while there is none. */
  key: number | undefined
}

/**
 * Finds out which key answers which request, from the output of one peer. A key does not name its
 * request, and it lacks the participants that were removed meanwhile. So it may answer any of several
 * requests: after the removal of A, a key of {C, D} may answer {A, C, D} or {C, D}. This is a
 * bipartite matching: if every request that a new key fits is taken, keys that came before move to
 * other requests that they fit.
 */
export class KeyRequests {
  readonly #requests: KeyRequest[] = []
  /** Per key, the requests that it fits. */
  readonly #origins: (readonly KeyRequest[])[] = []

  /** The generation of a key was decided. */
  decided(participants: readonly string[]): void {
    this.#requests.push({ participants, key: undefined })
  }

  /**
   * A key has come. Returns the participants of the request that has an answer now and had none before;
   * undefined if the key fits no request that is left.
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
