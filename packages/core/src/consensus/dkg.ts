// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Reader, Writer } from '../base/encoding.ts'
import { ParsecError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { PublicId } from '../base/public-id.ts'
import { decodeAck, isWellFormedAck, keyThreshold } from '../crypto/shared-key/dealing.ts'
import type { Ack, DkgGroup, Part } from '../crypto/shared-key/dealing.ts'
import type { KeyScheme, PublicKeySet, SecretKeyShare } from '../crypto/shared-key/key-scheme.ts'
import { readDkgMessage } from '../wire/dkg-message.ts'
import type { DkgResult } from '../wire/observation.ts'

/** A part that was decided, and the acks of it, by the number of who acknowledges, in decided order. */
export interface DecidedPart {
  readonly part: Part
  readonly acks: Map<number, Ack>
}

/** A key generation under way (protocol.md section 9). */
export interface DkgRun {
  /** In consensus order, from 0. */
  readonly number: number
  readonly group: DkgGroup
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
  readonly result: DkgResult
}

/** A participant's secrets: what it does about the key generations that it takes part in. */
export interface DkgParticipant {
  started(generation: DkgRun): void
  /** The part of a dealer is decided. */
  dealt(generation: DkgRun, part: Part): void
  /** Its own share of the key that the complete parts make; undefined if it is no participant. */
  shareOf(generation: DkgRun, complete: readonly DecidedPart[], keys: PublicKeySet): SecretKeyShare | undefined
}

/**
 * The distributed key generations of a network (protocol.md section 9), as far as all can see them:
 * a function of what was decided.
 *
 * A part that is malformed, or not the first of its dealer, is as good as none; likewise an ack.
 */
export class DkgRuns {
  readonly #scheme: KeyScheme
  readonly #us: DkgParticipant | undefined
  readonly #running = new Map<number, DkgRun>()
  #started = 0

  /** @param us - undefined for those who hold no secrets: replays, third parties. */
  constructor(scheme: KeyScheme, us: DkgParticipant | undefined) {
    this.#scheme = scheme
    this.#us = us
  }

  isRunning(generation: number): boolean {
    return this.#running.has(generation)
  }

  /**
   * Begins one; none for nobody, and none for more voters than `limits.dkgParticipants`, who go on
   * without a key. @param participants - in ascending order.
   */
  start(participants: readonly PublicId[], isForCoin: boolean): void {
    if (participants.length === 0 || participants.length > limits.dkgParticipants) return
    const number = this.#started++
    const generation = {
      number,
      group: { participants, context: new Writer().u32(number).finish() },
      threshold: keyThreshold(participants.length),
      isForCoin,
      parts: new Map<number, DecidedPart>(),
    }
    this.#running.set(number, generation)
    this.#us?.started(generation)
  }

  /** Drops the key generation for a coin that no election will use. */
  dropForCoin(): void {
    for (const { number, isForCoin } of this.#running.values()) if (isForCoin) this.#running.delete(number)
  }

  /** Begins anew, among those who are left, what these could not complete if nearly a third of them were faulty. */
  restartWithout(isRemoved: (id: PublicId) => boolean): void {
    for (const { number, group, threshold, isForCoin } of [...this.#running.values()]) {
      const { participants } = group
      const left = participants.filter((id) => !isRemoved(id))
      const fewestCorrect = left.length - keyThreshold(left.length)
      if (isForCoin || left.length === participants.length || fewestCorrect > 2 * threshold) continue
      this.#running.delete(number)
      this.start(left, false)
    }
  }

  /** Takes in a message that was decided; returns the result of the key generation that it completes. */
  take(encoding: Uint8Array, sender: PublicId): GeneratedKeys | undefined {
    const { kind, generation: number, bytes } = readDkgMessage(new Reader(encoding))
    const generation = this.#running.get(number)
    const from = generation?.group.participants.findIndex((id) => id.equals(sender)) ?? -1
    if (generation === undefined || from < 0) return undefined
    if (kind === 'Ack') return this.#takeAck(generation, from, bytes) ? this.#resultOf(generation) : undefined
    const part = this.#takePart(generation, from, bytes)
    if (part !== undefined) this.#us?.dealt(generation, part)
    return undefined
  }

  #takePart({ group, parts }: DkgRun, from: number, bytes: Uint8Array): Part | undefined {
    if (parts.has(from)) return undefined
    const part = readable(() => this.#scheme.decodePart(bytes))
    if (part?.dealer !== from || !this.#scheme.isWellFormed(part, group)) return undefined
    parts.set(from, { part, acks: new Map() })
    return part
  }

  #takeAck({ group, parts }: DkgRun, from: number, bytes: Uint8Array): boolean {
    const ack = readable(() => decodeAck(bytes))
    if (ack === undefined || !isWellFormedAck(ack, group)) return false
    const acks = parts.get(ack.dealer)?.acks
    if (acks === undefined || acks.has(from)) return false
    acks.set(from, ack)
    return true
  }

  #resultOf(generation: DkgRun): GeneratedKeys | undefined {
    const { number, group, threshold, isForCoin, parts } = generation
    const complete = [...parts.values()].filter(({ acks }) => acks.size > 2 * threshold)
    if (complete.length <= threshold) return undefined
    this.#running.delete(number)
    const publicKeySet = this.#scheme.publicKeySetOf(complete.map(({ part }) => part))
    const secretKeyShare = this.#us?.shareOf(generation, complete, publicKeySet)
    const { participants } = group
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
