// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader } from './encoding.ts'
import type { PublicId } from './identity.ts'
import { readKeyMessage } from './key-message.ts'
import type { KeyDealing, KeyScheme, PublicKeySet, SecretKeyShare } from './keys.ts'
import type { KeyResult } from './observation.ts'

/** A key generation under way (protocol.md section 9). */
export interface KeyGeneration {
  /** In consensus order, from 0. */
  readonly number: number
  /** In ascending order. */
  readonly participants: readonly PublicId[]
  /** For the coin of the voters, not for the application. */
  readonly isForCoin: boolean
  readonly dealing: KeyDealing
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
  /** Its own share of the key that was generated; undefined if it is no participant. */
  shareOf(generation: KeyGeneration, keys: PublicKeySet): SecretKeyShare | undefined
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
    const generation = { number, participants, isForCoin, dealing: this.#scheme.dealing(participants, number) }
    this.#running.set(number, generation)
    this.#holder?.started(generation)
  }

  /** Drops the key generation for a coin that no election will use. */
  dropForCoin(): void {
    for (const { number, isForCoin } of this.#running.values()) if (isForCoin) this.#running.delete(number)
  }

  /** Begins anew, among those who are left, what too few are left to complete. */
  restartWithout(isRemoved: (id: PublicId) => boolean): void {
    for (const { number, participants, dealing, isForCoin } of [...this.#running.values()]) {
      const left = participants.filter((id) => !isRemoved(id))
      if (isForCoin || left.length === participants.length || left.length > 2 * dealing.threshold) continue
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
    const { dealing } = generation
    if (message.kind === 'Part') {
      if (dealing.takePart(from, message.bytes)) this.#holder?.dealt(generation, from)
      return undefined
    }
    return dealing.takeAck(message.dealer, from, message.bytes) ? this.#resultOf(generation) : undefined
  }

  #resultOf(generation: KeyGeneration): GeneratedKeys | undefined {
    const { number, participants, isForCoin, dealing } = generation
    const publicKeySet = dealing.publicKeySet()
    if (publicKeySet === undefined) return undefined
    this.#running.delete(number)
    const secretKeyShare = this.#holder?.shareOf(generation, publicKeySet)
    return { isForCoin, result: { kind: 'DkgResult', participants, publicKeySet, secretKeyShare } }
  }
}
