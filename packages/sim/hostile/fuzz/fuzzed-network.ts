// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { Parsec, ParsecError, add, mockKeys, stringCodec } from '@parsec-bft/core'
import type { Message, ParsecErrorDetail, ParsecOptions, PublicId, SecretId } from '@parsec-bft/core'
import { peerName, peerNames } from '../../src/base/names.ts'
import { Random } from '../../src/base/random.ts'
import { changed } from '../../src/adversaries/faulty-keys.ts'
import { makeIdentities } from '../../src/peers/identities.ts'
import type { Identities } from '../../src/peers/identities.ts'
import { Attackers } from './attackers.ts'
import type { Hostile } from './attackers.ts'
import { CorrectPeers } from './correct-peers.ts'
import { planOf } from './plan.ts'
import type { Plan } from './plan.ts'
import type { Tally } from './tally.ts'

/** A network whose run broke a promise. */
export class FuzzFailure extends Error {
  constructor(plan: Plan, place: string, cause: unknown) {
    const { message, stack } = cause instanceof Error ? cause : new Error(String(cause))
    super(`${message}\n${place}\n${JSON.stringify(plan)}\n${stack ?? ''}`, { cause })
  }
}

/** Before the attack a network with a real coin goes on until it has the key, but no longer than this. */
const mostStepsForKey = 1500
/** Messages from one check of liveness to the next. */
const checkEvery = 500

/** Codes of errors that tell that the sender is not heard any more. */
const deaf: ReadonlySet<string> = new Set(['DistrustedPeer', 'InvalidPeerState'])

/**
 * Codes of errors that come before any signature of a message is looked at, or that tell of bytes or
 * signatures.
 */
const shallow: ReadonlySet<string> = new Set([
  ...deaf,
  'MalformedEncoding',
  'MalformedPayload',
  'InvalidPublicId',
  'SignatureFailure',
  'TooManyRequests',
  'InvalidSelfState',
  'UnknownCreator',
])

/** Codes of errors that tell of what an event says, whose signature was found right. */
const judged: ReadonlySet<string> = new Set(['MaliciousEvent', 'PrematureCoinShares', 'TooFarAhead', 'UnknownOwnEvent'])

/** One network: it begins in peace, and then gets hostile messages. Everything follows from the seed. */
export class FuzzedNetwork {
  readonly plan: Plan
  readonly #random: Random
  readonly #identities: Identities
  readonly #founders: readonly PublicId[]
  readonly #newcomer: SecretId
  readonly #correct: CorrectPeers
  readonly #attackers: Attackers
  /** The founders that lend their keys; until the attack they keep to the protocol. */
  readonly #insiders = new Map<string, Parsec<string>>()

  constructor(seed: string) {
    const random = new Random(seed)
    this.plan = planOf(random.fork('plan'))
    this.#random = random.fork('choices')
    this.#identities = makeIdentities(this.plan.identities, random.fork('keys'))
    const names = peerNames(this.plan.voters)
    const insiders = new Set(random.shuffle(names).slice(0, this.plan.insiders))
    this.#founders = names.map((name) => this.#secretId(name).publicId)
    this.#newcomer = this.#secretId(peerName(this.plan.voters))
    this.#attackers = new Attackers({
      plan: this.plan,
      random: random.fork('attack'),
      scheme: this.#identities.scheme,
      founders: this.#founders,
      newcomer: this.#newcomer.publicId,
      strangers: ['Stranger', 'Wanderer'].map((name) => this.#secretId(name).publicId),
      insiders: [...insiders].map((name) => this.#secretId(name)),
    })
    this.#correct = new CorrectPeers(random.fork('gossip'), (from, to, message) => {
      this.#attackers.overhear(from, to, message)
    })
    for (const name of names) {
      const isInsider = insiders.has(name)
      const options = { ...this.#optionsOf(name, isInsider), founders: this.#founders }
      const peer = Parsec.fromGenesis(this.#secretId(name), options)
      if (isInsider) this.#insiders.set(name, peer)
      else this.#correct.add(peer)
    }
  }

  /**
   * Sends hostile messages, as many as the plan says and at most so many.
   *
   * @throws FuzzFailure
   */
  run(tally: Tally, most: number): void {
    let count = Math.min(this.plan.messages, most)
    let [sent, checked] = [0, 0]
    let last: Hostile | undefined
    try {
      this.#beginInPeace()
      this.#takeOver()
      while (sent < count) {
        this.#goOnHonestly(sent)
        const to = this.#random.pick(this.#correct.peers)
        for (last of this.#attackers.compose(to.ourPublicId, to.inspect().election)) {
          if (sent === count) break
          this.#deliver(last, to, tally)
          sent++
        }
        if (sent < checked + checkEvery) continue
        this.#checkLiveness(tally)
        checked = sent
        // Then only strangers bring anything.
        if (!this.#attackers.areHeard(this.#correct.peers.map((peer) => peer.ourPublicId))) count = sent
      }
      this.#checkLiveness(tally)
    } catch (error) {
      const after = `after message ${String(sent)}: ${last?.mutations.join(', ') ?? ''}`
      throw new FuzzFailure(this.plan, last === undefined ? 'before the attack' : after, error)
    }
    tally.networks++
    tally.blocks += this.#correct.blockCount
    if (this.plan.identities === 'ed25519') tally.messagesWithRealKeys += sent
  }

  #checkLiveness(tally: Tally): void {
    this.#correct.expectProgress()
    tally.livenessChecks++
  }

  /** What the correct peers do between two hostile messages. */
  #goOnHonestly(sent: number): void {
    if (this.#random.chance(0.15)) this.#correct.step()
    if (this.#random.chance(0.005)) this.#correct.proposeAny()
    if (this.plan.newcomer !== 'during' || sent < 50 || this.#correct.has(this.#newcomer.publicId.name)) return
    this.#invite()
  }

  #secretId(name: string): SecretId {
    return this.#identities.secretId(name)
  }

  #optionsOf(name: string, isInsider: boolean): ParsecOptions<string> {
    const { mode, coin } = this.plan
    const spied = changed(mockKeys, {
      secretKeyShareOf: (...args) => {
        const share = mockKeys.secretKeyShareOf(...args)
        if (share !== undefined && isInsider) this.#attackers.keyShares.push(share)
        return share
      },
    })
    const random = this.#identities.randomOf(name)
    return { codec: stringCodec, identities: this.#identities.scheme, mode, coin, keys: spied, random }
  }

  /** A peer is to join. */
  #invite(): void {
    const options = this.#optionsOf(this.#newcomer.publicId.name, false)
    const sets = { founders: this.#founders, present: this.#founders }
    this.#correct.add(Parsec.fromExisting(this.#newcomer, { ...options, ...sets }))
    this.#correct.propose(add(this.#newcomer.publicId))
  }

  /** Everybody keeps to the protocol, the insiders too. */
  #beginInPeace(): void {
    const { steps, coin, newcomer } = this.plan
    if (newcomer === 'before') this.#invite()
    const isReady = (): boolean =>
      coin === 'predictable' || this.#correct.peers.every((peer) => peer.inspect().coinThreshold !== undefined)
    for (let i = 0; i < steps || (!isReady() && i < mostStepsForKey); i++) {
      if (i % 24 === 0) this.#correct.proposeAny()
      if (this.#random.chance(0.2)) this.#askByInsider()
      this.#correct.step()
    }
  }

  /** An insider asks a correct peer, and takes in what it answers. */
  #askByInsider(): void {
    const [, insider] = this.#random.pick([...this.#insiders])
    const recipients = insider.gossipRecipients().filter(({ name }) => this.#correct.has(name))
    if (recipients.length === 0) return
    const to = this.#random.pick(recipients)
    let message: Message<string> | undefined = insider.createGossip(to)
    for (let isOurs = true; message !== undefined; isOurs = !isOurs) {
      for (const event of message.events) this.#attackers.store.add(event)
      const sent: Message<string> = message
      message = isOurs
        ? this.#correct.peer(to.name).handleMessage(insider.ourPublicId, sent)
        : insider.handleMessage(to, sent)
      this.#correct.check(to.name)
    }
  }

  /** From now on the insiders make events by hand. */
  #takeOver(): void {
    for (const [name, insider] of this.#insiders) {
      // This request is never sent. It shows the latest events of the insider.
      const [recipient] = insider.gossipRecipients()
      const events = recipient === undefined ? [] : insider.createGossip(recipient).events
      for (const event of events) this.#attackers.store.add(event)
      const tip = events.at(-1)
      if (tip !== undefined) this.#attackers.begin(name, tip)
    }
  }

  #deliver(hostile: Hostile, to: Parsec<string>, tally: Tally): void {
    const before = to.inspect().eventCount
    let outcome: string
    let isDeep: boolean
    try {
      const reply = to.handleMessage(hostile.sender, hostile.bytes)
      isDeep = hasForeign(to, before)
      outcome = outcomeOf(reply)
      if (reply?.receipt?.hasGap === true) this.#attackers.lacked(hostile.to)
      else this.#attackers.taken(hostile, reply)
    } catch (error) {
      if (!ParsecError.is(error)) throw error
      const { code, detail } = error
      isDeep = !shallow.has(code) && (judged.has(code) || hasForeign(to, before))
      outcome = refusalOf(detail, isDeep)
      this.#learn(hostile, detail, isDeep)
    }
    this.#correct.check(hostile.to)
    tally.count(outcome, hostile.mutations, isDeep)
  }

  /** The attackers learn from an error. */
  #learn(hostile: Hostile, detail: ParsecErrorDetail, isDeep: boolean): void {
    const { code } = detail
    if (deaf.has(code)) this.#attackers.unheard(hostile)
    // It has taken in the events, and only then found that it does not know the stranger.
    else if (isDeep && (code === 'UnknownPeer' || code === 'InvalidMessage')) this.#attackers.taken(hostile, undefined)
    else this.#attackers.refused(hostile, 'event' in detail ? detail.event : undefined, code === 'MaliciousEvent')
  }
}

function outcomeOf(reply: Message<string> | undefined): string {
  if (reply === undefined) return 'taken'
  if (reply.receipt === undefined) return `answered by a ${reply.kind}`
  return reply.receipt.hasGap ? 'receipt: a parent is lacking' : 'receipt'
}

function refusalOf(detail: ParsecErrorDetail, isDeep: boolean): string {
  const { code } = detail
  if (code === 'MaliciousEvent') return `${code} ${detail.malice}`
  return isDeep && !judged.has(code) ? `${code}, with new events` : code
}

/** Did a peer insert events of others? */
function hasForeign(peer: Parsec<string>, before: number): boolean {
  const inspection = peer.inspect()
  for (let x = before; x < inspection.eventCount; x++) {
    if (inspection.event(x).creator !== inspection.ourIndex) return true
  }
  return false
}
