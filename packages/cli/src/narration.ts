// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { RoundReport, SimulationOptions, SimulationResult } from '@parsec-bft/sim'
import { ProgressLine, painter } from './io.ts'
import type { Io, Paint } from './io.ts'

/** A longer list is cut, and what is left is counted. */
const mostListed = 40
const mostInLine = 6

/** `1 peer`, `2 peers`. */
export function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** Tells a run as it goes: what is decided and who the voters are. On a terminal one line also counts the rounds. */
export class Narrator {
  readonly #io: Io
  readonly #progress: ProgressLine
  /** How many blocks anyone has put out. */
  #told = 0
  /** Per peer, how many blocks it has put out. */
  readonly #blocks = new Map<string, number>()
  #news: { first: string; blocks: string[] }[] = []
  #voters = ''

  constructor(io: Io) {
    this.#io = io
    this.#progress = new ProgressLine(io.stderr)
  }

  start(options: SimulationOptions): void {
    this.#io.stdout.write(`${introduction(options)}\n\n`)
  }

  onBlock(peer: string, key: string): void {
    const place = (this.#blocks.get(peer) ?? 0) + 1
    this.#blocks.set(peer, place)
    if (place <= this.#told) return
    this.#told = place
    const block = `${String(place)} ${key}`
    const last = this.#news.at(-1)
    if (last?.first === peer) last.blocks.push(block)
    else this.#news.push({ first: peer, blocks: [block] })
  }

  onRound({ round, liveVoters, mostBlocks, fewestBlocks }: RoundReport): void {
    for (const { first, blocks } of this.#news)
      this.#say(round, `${first} is first to put out ${shortened(blocks, mostInLine)}`)
    this.#news = []
    const voters = liveVoters.join(', ')
    if (voters !== this.#voters && this.#voters !== '') this.#say(round, `voters that are up: ${voters}`)
    this.#voters = voters
    this.#progress.show(`round ${String(round)}: ${counted(mostBlocks, 'block')}, ${String(fewestBlocks)} everywhere`)
  }

  /** Takes the progress line away. */
  end(): void {
    this.#progress.clear()
  }

  #say(round: number, text: string): void {
    this.#progress.clear()
    const when = painter(this.#io.stdout)('dim', `round ${String(round).padStart(3)}`)
    this.#io.stdout.write(`${when}  ${text}\n`)
  }
}

function shortened(items: readonly string[], most: number): string {
  const rest = items.length - most
  return rest > 0 ? `${items.slice(0, most).join(', ')} and ${String(rest)} more` : items.join(', ')
}

function introduction(options: SimulationOptions): string {
  const { topics, crashes, crashProbability, lossProbability, scenario } = options
  const count = (kind: string): number => topics.filter((topic) => topic.kind === kind).length
  const crashing = crashes.reduce((sum, crash) => sum + crash.count, 0)
  const parts = [
    counted(options.initialPeers, 'peer'),
    `${options.mode} mode`,
    `to be ordered: ${counted(count('payload'), 'payload')}, ` +
      `${counted(count('add'), 'addition')} and ${counted(count('remove'), 'removal')} of peers`,
    ...adversaryTexts(options),
    ...(crashing > 0 ? [`${String(crashing)} crashing`] : []),
    ...(crashProbability > 0 ? [`crashes with probability ${String(crashProbability)}`] : []),
    ...(lossProbability > 0 ? [`messages lost with probability ${String(lossProbability)}`] : []),
    ...(options.identities === 'ed25519' ? ['signed with real keys'] : []),
  ]
  const name = scenario === undefined ? '' : `Scenario ${scenario}, `
  const text = `${name}seed ${options.seed}: ${parts.join('; ')}.`
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function adversaryTexts({ adversaries, delay }: SimulationOptions): string[] {
  const texts = adversaries.map(({ strategy, peer, round }) => `${peer} ${strategy} from round ${String(round)}`)
  return [
    ...(texts.length > 0 ? [`adversaries: ${shortened(texts, mostInLine)}`] : []),
    ...(delay.kind === 'adversarial' ? [`an adversarial network (${delay.tactic})`] : []),
  ]
}

/** What came of a run: who voted for and put out how much, the agreed order, and what was checked. */
export function outcome(result: SimulationResult, paint: Paint): string {
  const { rounds, traffic, agreed, failure } = result
  const order = agreed.slice(0, mostListed).map((key, i) => `${String(i + 1).padStart(5)}  ${key}`)
  const rest = agreed.length - order.length
  return [
    '',
    `${counted(rounds, 'round')} of gossip, ${counted(traffic.messages, 'message')}, ${String(traffic.lost)} lost.`,
    '',
    ...titled(peerTable(result), paint),
    '',
    paint(
      'bold',
      failure?.checker === 'agreement' ? 'Order of blocks up to the disagreement:' : 'Agreed order of blocks:',
    ),
    ...order,
    ...(rest > 0 ? [`       and ${String(rest)} more (--json lists all)`] : []),
    '',
    ...titled(maliceTable(result), paint),
    ...(failure === undefined ? [checked(result, paint), ''] : []),
  ].join('\n')
}

/** The first line of a table says what its columns are. */
function titled(table: readonly string[], paint: Paint): string[] {
  return table.map((row, i) => (i === 0 ? paint('bold', row) : row))
}

function peerTable({ peers }: SimulationResult): string[] {
  const rows = peers.map((peer) => [peer.name, peer.status, String(peer.votes.length), String(peer.blocks.length)])
  return aligned([['Peer', 'State', 'Votes', 'Blocks'], ...rows], 2)
}

/** A table whose first columns are texts and whose others are numbers. */
function aligned(table: readonly (readonly string[])[], textColumns: number): string[] {
  const widths = (table[0] ?? []).map((_cell, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  return table.map((row) =>
    row.map((cell, i) => (i < textColumns ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  )
}

/** How often each malice was committed, detected, and punished by removal, and what was only reported. */
function maliceTable({ options, counts = {} }: SimulationResult): string[] {
  if (options.adversaries.length === 0) return []
  const columns = ['committed', 'detected', 'evicted', 'reported']
  const kinds = new Set(
    Object.keys(counts).flatMap((name) => {
      const [column = '', kind = ''] = name.split('.')
      return columns.includes(column) ? [kind] : []
    }),
  )
  const cells = [...kinds].map((kind) => [kind, ...columns.map((column) => String(counts[`${column}.${kind}`] ?? '-'))])
  return [...aligned([['Malice', ...columns], ...cells], 1), '']
}

function checked({ peers, agreed, options }: SimulationResult, paint: Paint): string {
  const all = peers.filter((peer) => peer.blocks.length === agreed.length)
  const shorter = peers.filter((peer) => peer.blocks.length < agreed.length)
  const stops = shorter.map((peer) => `${peer.name} (${peer.status}) ${String(peer.blocks.length)}`)
  const votes =
    options.mode === 'single' ? 'a vote, or for membership votes of more than 2/3,' : 'votes of more than 2/3'
  return [
    `${paint('green', 'Agreement checked:')} ${counted(all.length, 'peer')} put out the same ` +
      `${counted(agreed.length, 'block')} in the same order.`,
    ...(stops.length === 0
      ? []
      : [`The start of that order was put out by those who left or failed: ${stops.join(', ')}.`]),
    `Also checked: no block came twice; each carries ${votes} of the voters of its time, with valid`,
    'signatures; all that enough live peers voted for came out.',
    ...(options.adversaries.length === 0
      ? []
      : ['No correct peer was accused; every adversary whose malice a correct peer could prove was removed.']),
  ].join('\n')
}
