// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { ParsecError } from '@parsec-bft/core'
import type { PublicId } from '@parsec-bft/core'
import { cpuMs, peakBytesOf } from './meters.ts'
import type { AttackedNetwork, Member } from './network.ts'
import { deliver } from './wire.ts'

/** Memory is measured during single messages of at least this size: the growth of smaller ones is lost in the noise. */
const measurableBytes = 1 << 19

/** What an attacker has sent to correct peers, and what that cost them at once. */
export class Assault {
  readonly network: AttackedNetwork
  /** By how much all that is sent is to be multiplied. */
  readonly scale: number
  sentBytes = 0
  answeredBytes = 0
  /** Spent by the correct peers on the attacker's messages, in milliseconds of the processor. */
  cpuMs = 0
  /** The most memory per byte that one message took while it was handled; undefined if nothing large was sent. */
  peakPerByte: number | undefined
  /** How often a message was refused, by the code of the error. */
  readonly refusals = new Map<string, number>()

  constructor(network: AttackedNetwork, scale: number) {
    this.network = network
    this.scale = scale
  }

  /** The peer that attacks on one peer are against. */
  get victim(): Member {
    const [first] = this.network.correct
    if (first === undefined) throw new RangeError('nobody to attack')
    return first
  }

  /** So much of an amount as the scale wants, but at least 1. */
  scaled(amount: number): number {
    return Math.max(1, Math.round(amount * this.scale))
  }

  /**
   * Sends bytes to a correct peer.
   *
   * @returns the answer; undefined if there is none, or if the message was refused
   */
  send(from: PublicId, to: Member, bytes: Uint8Array): Uint8Array | undefined {
    let answer: Uint8Array | undefined
    const handle = (): void => {
      const start = cpuMs()
      try {
        answer = this.network.call(to, ({ peer }) => deliver(peer, from, bytes)?.toBytes())
      } catch (error) {
        if (!(error instanceof ParsecError)) throw error
        this.refusals.set(error.code, (this.refusals.get(error.code) ?? 0) + 1)
      }
      this.cpuMs += cpuMs() - start
    }
    if (bytes.length >= measurableBytes) {
      const peak = peakBytesOf(handle)
      if (peak !== undefined) this.peakPerByte = Math.max(this.peakPerByte ?? 0, peak / bytes.length)
    } else handle()
    this.sentBytes += bytes.length
    this.answeredBytes += answer?.length ?? 0
    return answer
  }
}
