// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Message } from '@parsec-bft/core'
import type { EventQueue } from '../base/event-queue.ts'
import type { Transcript } from '../base/transcript.ts'
import type { SimPeer } from '../peers/sim-peer.ts'
import { Adversary } from '../adversaries/adversary.ts'
import type { MaliceLedger } from '../adversaries/malice-ledger.ts'
import type { Outgoing } from '../adversaries/strategy.ts'
import type { Clock } from './clock.ts'
import type { Output } from './output.ts'
import type { Reception } from './reception.ts'
import type { Node, Stage } from './stage.ts'
import type { Arrival, Wire } from './wire.ts'

/** What messages pass through on their way. */
export interface MailParts {
  readonly clock: Clock
  readonly stage: Stage
  readonly wire: Wire
  /** Where messages wait for the time of their arrival. */
  readonly queue: Pick<EventQueue<Arrival>, 'push'>
  readonly reception: Reception
  readonly ledger: MaliceLedger
  readonly output: Output
  readonly transcript: Transcript
}

/** Messages from one peer to another: how they are made and sent, and what the recipient does with them. */
export class Mail {
  readonly #parts: MailParts
  /** By recipient and last event, the requests that have arrived. */
  readonly #answered = new Set<string>()

  constructor(parts: MailParts) {
    this.#parts = parts
  }

  /** A correct peer gossips. */
  request(from: SimPeer, to: Node): void {
    this.#send(from, to, from.parsec.createGossip(to.id))
    this.#parts.output.drain(from)
  }

  /** An adversary sends whatever it likes; nothing happens if there is no such recipient. */
  sendBadly(from: Adversary, { kind, to: name, message, delayMs }: Outgoing): void {
    const to = this.#parts.stage.nodeOf(name)
    if (to !== undefined && to !== from) this.#transmit({ kind, from, to, message, elections: 0 }, delayMs)
  }

  /** A message reaches its recipient, if that is still there. */
  arrive(arrival: Arrival): void {
    const { from, to, message } = arrival
    if (!(to instanceof Adversary)) {
      if (to.live) this.#receive(arrival, to)
      return
    }
    // Bytes of a fellow adversary need not be a message: it ignores them.
    const isUnread = message instanceof Uint8Array && from instanceof Adversary
    if (!to.left && !isUnread) to.receive(from.name, this.#parts.ledger.read(message))
  }

  /** @param elections - number of elections that the sender had decided when it made what the message ends with. */
  #send(from: SimPeer, to: Node, message: Message<string>, elections = from.parsec.inspect().election): void {
    this.#parts.ledger.passed(message)
    const { kind, hasMore, events } = message
    const isWhole = !hasMore && (kind === 'request' || kind === 'response')
    this.#transmit({ kind, from, to, message, end: events.at(-1)?.id, elections: isWhole ? elections : 0 })
  }

  /** What is sent for the first time ends with an event that was just made. */
  #answersFirst({ kind, end }: Arrival, to: SimPeer): boolean {
    const answered = `${to.name} ${end ?? ''}`
    const isFirst = kind === 'request' && end !== undefined && !this.#answered.has(answered)
    this.#answered.add(answered)
    return isFirst
  }

  #transmit(sent: Arrival, extraMs = 0): void {
    const { clock, wire, queue } = this.#parts
    const carried = wire.carry(sent, clock.round)
    if (carried !== undefined) queue.push(clock.nowMs + extraMs + carried.delayMs, carried.arrival)
  }

  #receive(arrival: Arrival, to: SimPeer): void {
    const { kind, from, message, elections } = arrival
    const { wire, ledger, output, transcript } = this.#parts
    // Its type must be written out, since one of its methods asserts.
    const reception: Reception = this.#parts.reception
    transcript.add(`${to.name} receives a ${kind} from ${from.name}`)
    try {
      const { decidedAlone } = to
      const reply = to.parsec.handleMessage(from.id, message)
      const decided = to.parsec.inspect().election - (to.decidedAlone - decidedAlone)
      const isFirst = this.#answersFirst(arrival, to)
      if (reply !== undefined) this.#send(to, from, reply, isFirst ? decided : 0)
      const hasGap = reply?.receipt?.hasGap === true
      if (!hasGap) ledger.passed(message)
      output.drain(to)
      if (!hasGap) reception.expectTaken(elections, from.name, to)
    } catch (error) {
      output.drain(to)
      reception.expectRefused(error, kind, from.name, to)
      ledger.refused(to.name, message, error)
      wire.traffic.refused++
      transcript.add(`${to.name} refuses it: ${error.code}`)
    }
  }
}
