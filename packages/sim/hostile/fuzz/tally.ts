// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** What became of many messages. */
export class Tally {
  networks = 0
  /** Checks that the correct peers still decide. */
  livenessChecks = 0
  blocks = 0
  /** Hostile messages, and those of them that networks with real keys got. */
  messages = 0
  messagesWithRealKeys = 0
  /**
   * Those of which at least one new event was decoded, its signature found right, and then inserted
   * or refused for what it says; and no event of the message failed to decode or had a wrong
   * signature.
   */
  deep = 0
  /** By what the recipient did: the code of an error, or the kind of its answer. */
  readonly #outcomes = new Map<string, number>()
  readonly #mutations = new Map<string, number>()

  count(outcome: string, mutations: readonly string[], isDeep: boolean): void {
    this.messages++
    if (isDeep) this.deep++
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1)
    for (const mutation of mutations) this.#mutations.set(mutation, (this.#mutations.get(mutation) ?? 0) + 1)
  }

  /** The share of messages that got deep, from 0 to 1. */
  get depth(): number {
    return this.messages === 0 ? 0 : this.deep / this.messages
  }

  report(): string {
    const { messages, messagesWithRealKeys, deep, networks, livenessChecks, blocks } = this
    return [
      `${grouped(messages)} messages to ${grouped(networks)} networks, ` +
        `${grouped(messagesWithRealKeys)} of them to networks with real keys.`,
      `${grouped(deep)} (${percent(deep, messages)}) passed decoding and signatures.`,
      `${grouped(livenessChecks)} times the correct peers were to decide something, and did; ` +
        `${grouped(blocks)} blocks in all.`,
      '',
      'What the recipient did:',
      ...table(this.#outcomes, messages),
      '',
      'Mutations, of which a message can have several:',
      ...table(this.#mutations, messages),
    ].join('\n')
  }
}

function table(counts: ReadonlyMap<string, number>, sum: number): string[] {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${name.padEnd(36)} ${grouped(count).padStart(12)}  ${percent(count, sum).padStart(7)}`)
}

function percent(part: number, sum: number): string {
  return `${((100 * part) / Math.max(1, sum)).toFixed(2)} %`
}

/** With a space between groups of three digits. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ' ')
}
