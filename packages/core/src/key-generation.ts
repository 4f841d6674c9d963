// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { decodeAck, decodePart, publicKeySetOf, thresholdOf } from './dealing.ts'
import type { Ack, Part } from './dealing.ts'
import { Reader } from './encoding.ts'
import { ParsecError } from './errors.ts'
import type { PublicId } from './identity.ts'
import { readKeyMessage } from './key-message.ts'
import type { KeyScheme, SecretKeyShare } from './keys.ts'
import type { KeyResult } from './observation.ts'

/** A part that was decided, and the acks of it, by the number of who acknowledges, in decided order. */
export interface DecidedPart {
  readonly part: Part
  readonly acks: Map<number, Ack>
}

/** A key generation under way (protocol.md section 9). */
export interface KeyGeneration {
  /** In consensus order, from 0. */
  readonly number: number
  /** In ascending order. */
  readonly participants: readonly PublicId[]
  /** t: more than t shares sign. */
  readonly threshold: number
  /** For the coin of the voters, not for the application. */
  readonly isForCoin: boolean
  /** By the dealer's number. */
  readonly parts: Map<number, DecidedPart>
}

export interface GeneratedKeys {
  /** For the coin of the voters, not for the application. */
  readonly isForCoin: boolean
  readonly result: KeyResult
}

/** A participant's secrets: what it does about the key generations that it takes part in. */
export interface KeyHolder {
  started(generation: KeyGeneration): void
  /** The part of a dealer is decided. */
  dealt(generation: KeyGeneration, dealer: number): void
  /** Its own share, from the parts that are complete; undefined if it is no participant. */
  shareOf(
    generation: KeyGeneration,
    complete: readonly DecidedPart[],
    keys: KeyResult['publicKeySet'],
  ): SecretKeyShare | undefined
}

/**
 * The distributed key generations of a network (protocol.md section 9), as far as all can see them: a function of what was decided.
 *
 * A part that is malformed, or not the first of its dealer, is as good as none; likewise an ack.
 */
export class KeyGenerations {
  readonly #scheme: KeyScheme
  readonly #holder: KeyHolder | undefined
  readonly #running = new Map<number, KeyGeneration>()
  #started = 0

  /** @param holder - undefined for those who hold no secrets: replays, third parties. */
  constructor(scheme: KeyScheme, holder: KeyHolder | undefined) {
    this.#scheme = scheme
    this.#holder = holder
  }

  isRunning(generation: number): boolean {
    return this.#running.has(generation)
  }

  /** Begins one. @param participants - in ascending order. */
  start(participants: readonly PublicId[], isForCoin: boolean): void {
    if (participants.length === 0) return
    const number = this.#started++
    const threshold = thresholdOf(participants.length)
    const generation = { number, participants, threshold, isForCoin, parts: new Map<number, DecidedPart>() }
    this.#running.set(number, generation)
    this.#holder?.started(generation)
  }

  /** Drops the key generation for a coin that no election will use. */
  dropForCoin(): void {
    for (const { number, isForCoin } of this.#running.values()) if (isForCoin) this.#running.delete(number)
  }

  /** Begins anew, among those who are left, what too few are left to complete. */
  restartWithout(isRemoved: (id: PublicId) => boolean): void {
    for (const { number, participants, threshold, isForCoin } of [...this.#running.values()]) {
      const left = participants.filter((id) => !isRemoved(id))
      if (isForCoin || left.length === participants.length || left.length > 2 * threshold) continue
      this.#running.delete(number)
      this.start(left, false)
    }
  }

  /** Takes in a message that was decided; returns the result of the key generation that it completes. */
  take(encoding: Uint8Array, sender: PublicId): GeneratedKeys | undefined {
    const message = readKeyMessage(new Reader(encoding))
    const generation = this.#running.get(message.generation)
    const from = generation?.participants.findIndex((id) => id.compareTo(sender) === 0) ?? -1
    if (generation === undefined || from < 0) return undefined
    const count = generation.participants.length
    if (message.kind === 'Part') {
      const part = generation.parts.has(from)
        ? undefined
        : readable(() => decodePart(message.bytes, this.#scheme, count))
      if (part === undefined) return undefined
      generation.parts.set(from, { part, acks: new Map() })
      this.#holder?.dealt(generation, from)
      return undefined
    }
    const acks = generation.parts.get(message.dealer)?.acks
    if (acks === undefined || acks.has(from)) return undefined
    const ack = readable(() => decodeAck(message.bytes, this.#scheme, count))
    if (ack !== undefined) acks.set(from, ack)
    return ack && this.#resultOf(generation)
  }

  #resultOf(generation: KeyGeneration): GeneratedKeys | undefined {
    const { number, participants, threshold, isForCoin, parts } = generation
    const complete = [...parts]
      .filter(([, { acks }]) => acks.size > 2 * threshold)
      .sort(([a], [b]) => a - b)
      .map(([, part]) => part)
    if (complete.length <= threshold) return undefined
    this.#running.delete(number)
    const publicKeySet = publicKeySetOf(complete.map(({ part }) => part))
    const secretKeyShare = this.#holder?.shareOf(generation, complete, publicKeySet)
    return { isForCoin, result: { kind: 'DkgResult', participants, publicKeySet, secretKeyShare } }
  }
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ParsecError) return undefined
    throw error
  }
}
