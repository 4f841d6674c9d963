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

/**
 * A decided Part, with the decided Acks of it, in decided order. Each Ack is under the number of the
 * participant that made it.
 */
export interface DecidedPart {
  readonly part: Part
  readonly acks: Map<number, Ack>
}

/** A key generation under way (protocol.md section 9). */
export interface DkgRun {
  /** Key generations are numbered in consensus order, from 0. */
  readonly number: number
  readonly group: DkgGroup
  /** t: more than t shares make a signature. */
  readonly threshold: number
  /** For the coin of the voters, not for the application. */
  readonly isForCoin: boolean
  /** The decided Parts by the number of their dealer. */
  readonly parts: Map<number, DecidedPart>
}

/** A key whose generation was completed. */
export interface GeneratedKeys {
  /** For the coin of the voters, not for the application. */
  readonly isForCoin: boolean
  readonly result: DkgResult
}

/** What a participant does in key generations. It holds the secrets. */
export interface DkgParticipant {
  /** A key generation has begun. */
  started(generation: DkgRun): void
  /** A dealer's Part was decided. */
  dealt(generation: DkgRun, part: Part): void
  /** Its own share of the key that the complete Parts make; undefined if it does not take part. */
  shareOf(generation: DkgRun, complete: readonly DecidedPart[], keys: PublicKeySet): SecretKeyShare | undefined
}

/**
 * The distributed key generations of a network (protocol.md section 9): the part of them that all
 * peers see alike, because it follows from what was decided.
 *
 * A Part is ignored if it is malformed, or not the first one of its dealer. The same holds for
 * Acks.
 */
export class DkgRuns {
  readonly #scheme: KeyScheme
  readonly #us: DkgParticipant | undefined
  readonly #running = new Map<number, DkgRun>()
  #started = 0

  /**
   * @param us - the participant that holds our secrets; undefined for replays and third
   *   parties, who have none
   */
  constructor(scheme: KeyScheme, us: DkgParticipant | undefined) {
    this.#scheme = scheme
    this.#us = us
  }

  isRunning(generation: number): boolean {
    return this.#running.has(generation)
  }

  /**
   * Begins a key generation; but not without participants, and not with more than
   * `limits.dkgParticipants`: so many voters go on without a key.
   *
   * @param participants - in ascending order
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

  /** Drops the key generation for a coin: no election will use its key. */
  dropForCoin(): void {
    for (const { number, isForCoin } of this.#running.values()) if (isForCoin) this.#running.delete(number)
  }

  /**
   * After a removal, looks for key generations that the participants who are left might not
   * complete if as many of them are faulty as are tolerated. They begin anew among those who are
   * left.
   */
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

  /** Takes in a decided message. Returns the key if the message completes its generation. */
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
