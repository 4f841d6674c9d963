// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { Message, MessageKind } from '@parsec-bft/core'
import type { Random } from '../base/random.ts'
import type { Transcript } from '../base/transcript.ts'
import type { SimulationOptions } from '../options/options.ts'
import type { HeldMessages } from '../attacks/held-messages.ts'
import type { Delays } from './delays.ts'
import type { Node } from './stage.ts'

/** A message on its way. */
export interface Arrival {
  readonly kind: MessageKind
  readonly from: Node
  readonly to: Node
  /** A value or bytes. */
  readonly message: Message<string> | Uint8Array
  /** The id of its last event, if a correct peer has sent it. */
  readonly end?: string | undefined
  /** How many elections a correct recipient of a correct sender must have decided once it has taken it in. */
  readonly elections: number
}

/** Counts of what went over the network. */
export interface Traffic {
  messages: number
  lost: number
  /** Refused by the recipient, rightly: they came from peers that it has removed, or from adversaries. */
  refused: number
}

/** What becomes of a message once it is sent: it is lost, held by a scheduler, or arrives later. */
export class Wire {
  readonly traffic: Traffic = { messages: 0, lost: 0, refused: 0 }
  readonly #options: SimulationOptions
  readonly #losses: Random
  readonly #delays: Delays
  readonly #held: HeldMessages<Arrival>
  readonly #transcript: Transcript

  constructor(
    options: SimulationOptions,
    losses: Random,
    delays: Delays,
    held: HeldMessages<Arrival>,
    transcript: Transcript,
  ) {
    this.#options = options
    this.#losses = losses
    this.#delays = delays
    this.#held = held
    this.#transcript = transcript
  }

  /** Takes a message. Returns it as it will arrive, with its delay; undefined if it is lost or held back. */
  carry(sent: Arrival, round: number): { readonly arrival: Arrival; readonly delayMs: number } | undefined {
    const { kind, from, to, message } = sent
    this.traffic.messages++
    const isBytes = message instanceof Uint8Array
    const size = isBytes ? `${String(message.length)} bytes` : `${String(message.events.length)} events`
    const last = isBytes ? 'nothing' : (message.events.at(-1)?.id ?? 'empty')
    const isLost = round < this.#options.fairFromRound && this.#losses.chance(this.#options.lossProbability)
    const what = `${kind} ${from.name} to ${to.name}, ${size} to ${last}`
    this.#transcript.add(isLost ? `${what}, lost` : what)
    if (isLost) {
      this.traffic.lost++
      return undefined
    }
    const carried = this.#options.wire && !isBytes ? message.toBytes() : message
    const arrival: Arrival = { ...sent, message: carried }
    if (!this.#held.isHolding) return { arrival, delayMs: this.#delays({ from: from.name, to: to.name, round }) }
    this.#held.hold(arrival)
    return undefined
  }
}
