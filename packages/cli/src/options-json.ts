// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { coinKinds } from '@parsec-bft/core/internals'
import { schedulerTactics } from '@parsec-bft/sim'
import type {
  AdversaryOptions,
  Crash,
  Delay,
  NetworkCounts,
  SimulationOptions,
  StallOptions,
  Topic,
} from '@parsec-bft/sim'
import { UsageError } from './io.ts'

type Json = Readonly<Record<string, unknown>>

/** Names of peers become names of files: nothing in them may lead to another folder. */
const peerNamePattern = /^[A-Za-z0-9][\w-]{0,63}$/

/**
 * Reads the options of a simulation from JSON text. Only their shape is checked here:
 * `checkOptions` of the simulator checks the rest.
 *
 * Throws UsageError, which says where the text is wrong.
 */
export function readSimulationOptions(text: string): SimulationOptions {
  const json = object(parse(text), 'the whole')
  return {
    seed: string(json, 'seed'),
    ...('scenario' in json ? { scenario: string(json, 'scenario') } : {}),
    ...('counts' in json ? { counts: counts(object(json.counts, 'counts')) } : {}),
    mode: oneOf(json, 'mode', ['supermajority', 'single']),
    // Files of earlier versions do not say: there was only one coin.
    coin: 'coin' in json ? oneOf(json, 'coin', coinKinds) : 'predictable',
    identities: oneOf(json, 'identities', ['mock', 'ed25519']),
    wire: boolean(json, 'wire'),
    initialPeers: number(json, 'initialPeers'),
    maxRounds: number(json, 'maxRounds'),
    roundMs: number(json, 'roundMs'),
    delay: delay(object(json.delay, 'delay')),
    lossProbability: number(json, 'lossProbability'),
    crashProbability: number(json, 'crashProbability'),
    crashes: list(json, 'crashes').map(crash),
    // Files of earlier versions do not have them.
    adversaries: 'adversaries' in json ? list(json, 'adversaries').map(adversary) : [],
    fairFromRound: number(json, 'fairFromRound'),
    duplicateVotes: boolean(json, 'duplicateVotes'),
    topics: list(json, 'topics').map(topic),
    ...('stall' in json ? { stall: stall(object(json.stall, 'stall')) } : {}),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UsageError(`--options is not JSON (is it quoted for the shell?): ${error.message}`)
  }
}

function wrong(where: string, expected: string): UsageError {
  return new UsageError(`--options: ${where} must be ${expected}`)
}

function object(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(where, 'an object')
  return { ...value }
}

function list(json: Json, name: string): readonly unknown[] {
  const value = json[name]
  if (!Array.isArray(value)) throw wrong(name, 'an array')
  return value as unknown[]
}

function string(json: Json, name: string): string {
  const value = json[name]
  if (typeof value !== 'string' || value === '') throw wrong(name, 'a string')
  return value
}

function number(json: Json, name: string): number {
  const value = json[name]
  if (typeof value !== 'number') throw wrong(name, 'a number')
  return value
}

function boolean(json: Json, name: string): boolean {
  const value = json[name]
  if (typeof value !== 'boolean') throw wrong(name, 'true or false')
  return value
}

function oneOf<T extends string>(json: Json, name: string, values: readonly T[]): T {
  const found = values.find((value) => value === json[name])
  if (found === undefined) throw wrong(name, `one of ${values.join(', ')}`)
  return found
}

function counts(json: Json): NetworkCounts {
  return {
    initialPeers: number(json, 'initialPeers'),
    addPeers: number(json, 'addPeers'),
    removePeers: number(json, 'removePeers'),
    maxPeers: number(json, 'maxPeers'),
    opaque: number(json, 'opaque'),
    maxRounds: number(json, 'maxRounds'),
    mode: oneOf(json, 'mode', ['supermajority', 'single']),
  }
}

function delay(json: Json): Delay {
  const kind = oneOf(json, 'kind', ['none', 'constant', 'poisson', 'adversarial'])
  if (kind === 'none') return { kind }
  if (kind === 'adversarial') {
    return { kind, tactic: oneOf(json, 'tactic', [...schedulerTactics, 'collusion']), maxMs: number(json, 'maxMs') }
  }
  return kind === 'constant' ? { kind, ms: number(json, 'ms') } : { kind, meanMs: number(json, 'meanMs') }
}

function crash(value: unknown): Crash {
  const json = object(value, 'each of crashes')
  return { round: number(json, 'round'), count: number(json, 'count') }
}

function adversary(value: unknown): AdversaryOptions {
  const json = object(value, 'each of adversaries')
  return { strategy: string(json, 'strategy'), peer: string(json, 'peer'), round: number(json, 'round') }
}

function stall(json: Json): StallOptions {
  return { fromRound: number(json, 'fromRound'), rounds: number(json, 'rounds'), blind: boolean(json, 'blind') }
}

function topic(value: unknown): Topic {
  const json = object(value, 'each of topics')
  const kind = oneOf(json, 'kind', ['payload', 'add', 'remove', 'key'])
  const timing = { round: number(json, 'round'), spreadRounds: number(json, 'spreadRounds') }
  if (kind === 'payload') {
    return { kind, text: string(json, 'text'), ...timing, by: json.by === 'all' ? 'all' : number(json, 'by') }
  }
  if (kind === 'key') {
    const participants = list(json, 'participants').map((name) => peerName(name))
    return { kind, participants, ...timing }
  }
  return { kind, peer: peerName(json.peer), ...timing, after: number(json, 'after') }
}

function peerName(peer: unknown): string {
  if (typeof peer !== 'string') throw wrong('a peer', 'a string')
  if (!peerNamePattern.test(peer))
    throw wrong(`the peer ${JSON.stringify(peer)}`, 'letters, digits, _ and -, 64 at most')
  return peer
}
