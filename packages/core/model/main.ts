// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { Rules } from './cell.ts'
import { explore } from './explore.ts'
import type { ModelReport } from './explore.ts'
import { noPlant, plants } from './plants.ts'
import { checkedRules, Stage } from './stage.ts'
import { storyOf } from './story.ts'
import { checkTrace } from './trace.ts'

const help = `Usage: npm run model -- [options]

Explores the binary agreement of one subject exhaustively, by the rules that the tests hold the engine
to (docs/model.md): whatever the order of events, and whatever forkers do within the rules, are
agreement, validity and the lemmas of docs/binary-agreement.md kept?

Options:
  --voters <n>      how many voters there are, from 2 to 10; default 4
  --forkers <n>     how many of them fork; default as many as the voters bear
  --plant <name>    explore rules one of which is wrong, and tell how it shows
  --rule <name>     stop only where this rule is broken; may be repeated
  --seconds <n>     give up after so many seconds; default 3600
  --check <file>    check the steps that a run wrote with --meta-votes, instead of exploring;
                    with four voters also whether exploring finds each of them
  --json            print the report as JSON
  --help            print this

Rules that are checked: ${checkedRules.join(', ')}.

Rules that can be planted wrong:
${Object.entries(plants)
  .map(([name, { what }]) => `  ${name.padEnd(20)}${what}`)
  .join('\n')}

Exit codes: 0 all is kept; 1 a rule is broken, or a step is wrong; 2 wrong usage; 3 given up before the end.
`

class UsageError extends Error {}

interface Flags {
  readonly voters: number
  readonly forkers: number
  readonly plant: string | undefined
  readonly wanted: ReadonlySet<string> | undefined
  readonly seconds: number
  readonly check: string | undefined
  readonly json: boolean
}

function readFlags(args: string[]): Flags | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      voters: { type: 'string' },
      forkers: { type: 'string' },
      plant: { type: 'string' },
      rule: { type: 'string', multiple: true },
      seconds: { type: 'string' },
      check: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) return 'help'
  const voters = wholeNumber(values.voters ?? '4', 2, 10, '--voters')
  const most = Math.floor((voters - 1) / 3)
  for (const rule of values.rule ?? []) {
    if (!(checkedRules as readonly string[]).includes(rule)) throw new UsageError(`no rule ${rule} is checked`)
  }
  if (values.plant !== undefined && !(values.plant in plants)) throw new UsageError(`no rule ${values.plant} to plant`)
  return {
    voters,
    forkers: wholeNumber(values.forkers ?? String(most), 0, most, '--forkers'),
    plant: values.plant,
    wanted: values.rule === undefined ? undefined : new Set(values.rule),
    seconds: wholeNumber(values.seconds ?? '3600', 1, 1_000_000, '--seconds'),
    check: values.check,
    json: values.json === true,
  }
}

function wholeNumber(text: string, least: number, most: number, option: string): number {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : NaN
  if (!(value >= least && value <= most)) {
    throw new UsageError(`${option} takes whole numbers from ${String(least)} to ${String(most)}`)
  }
  return value
}

function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ' ')
}

/** Explores, with a line of progress every two seconds. */
function run({ voters, forkers, plant: name, wanted, seconds }: Flags): ModelReport {
  const plant = name === undefined ? noPlant : (plants[name] ?? noPlant)
  const begun = performance.now()
  let told = begun
  return explore({
    voters,
    forkers,
    plant,
    wanted,
    onProgress: ({ inputs, waiting, states }) => {
      const now = performance.now()
      if (now - told > 2000) {
        told = now
        process.stderr.write(`${grouped(states)} states; ${String(inputs)} stages done, ${String(waiting)} found\n`)
      }
      return now - begun < 1000 * seconds
    },
  })
}

function tell({ voters, forkers, exhausted, inputs, states, counterexample }: ModelReport, flags: Flags): number {
  const counts = { voters, forkers, exhausted, inputs, states }
  const plant = flags.plant === undefined ? noPlant : (plants[flags.plant] ?? noPlant)
  const story =
    counterexample &&
    storyOf(counterexample, ({ input, toss }) => {
      const options = { rules: new Rules(voters, plant.rules), forkers, departures: plant, onProgress: () => true }
      const stage = new Stage(input, toss, options)
      return (state) => stage.linesAt(state)
    })
  if (flags.json) {
    const violation = counterexample?.violation
    process.stdout.write(`${JSON.stringify({ ...counts, ...(violation === undefined ? {} : { violation, story }) })}\n`)
  } else {
    const what = `${String(voters)} voters, ${String(forkers)} of them forkers, ${plant.what}`
    process.stdout.write(`${what}: ${grouped(states)} states of ${String(inputs)} stages.\n`)
    if (story !== undefined) process.stdout.write(story)
    else if (!exhausted) process.stdout.write('Given up before the end; nothing is broken so far.\n')
    else process.stdout.write(`All of them seen: ${[...(flags.wanted ?? checkedRules)].join(', ')} hold.\n`)
  }
  return counterexample !== undefined ? 1 : exhausted ? 0 : 3
}

async function main(args: string[]): Promise<number> {
  const flags = readFlags(args)
  if (flags === 'help') {
    process.stdout.write(help)
    return 0
  }
  if (flags.check === undefined) return tell(run(flags), flags)
  const lines = createInterface({ input: createReadStream(flags.check), crlfDelay: Infinity })
  const report = await checkTrace(lines)
  if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else {
    process.stdout.write(`${grouped(report.steps)} steps of ${grouped(report.lists)} lists`)
    process.stdout.write(report.explored === undefined ? '' : `, ${grouped(report.explored)} of them explored`)
    process.stdout.write(report.fault === undefined ? ': all are right.\n' : `.\n${report.fault}\n`)
  }
  return report.fault === undefined ? 0 : 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  // Those of parseArgs and of files that cannot be read have a code.
  const isUsage = error instanceof UsageError || (error instanceof Error && 'code' in error)
  if (!isUsage) throw error
  process.stderr.write(`${error.message}\nTry: npm run model -- --help\n`)
  process.exitCode = 2
}
