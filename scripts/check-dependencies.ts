// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { folderOrder, packageOrder } from './rooms.ts'

const scope = '@parsec-bft/'
/** The only files of core that touch the machine, and that name a platform's own library. */
const platformFolder = 'core/src/crypto/platform/'
const impure = /\b(?:Math\.random|Date\.now|new Date|performance\.now|setTimeout|setInterval|process\.|globalThis)\b/

/** A source file of the workspace. */
export interface Source {
  /** Path below packages/, with slashes. */
  readonly file: string
  readonly text: string
  readonly imports: readonly string[]
}

/** All source files below a `packages` folder, with what each imports. */
export function readSources(packages: string): Source[] {
  const files = readdirSync(packages, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /^[^/]+\/src\/.*\.ts$/.test(file))
    .sort()
  return files.map((file) => {
    const text = readFileSync(join(packages, file), 'utf8')
    const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
    return { file, text, imports }
  })
}

export function packageOf(file: string): string {
  return file.slice(0, file.indexOf('/'))
}

function declaredDependencies(packages: string, name: string): ReadonlySet<string> {
  const manifest = join(packages, name, 'package.json')
  if (!existsSync(manifest)) return new Set()
  type Names = Record<string, string>
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    dependencies?: Names
    optionalDependencies?: Names
  }
  return new Set(Object.keys({ ...dependencies, ...optionalDependencies }))
}

/** Name of the package that an import names, without the path inside it. */
function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** The file that a relative import names. */
export function targetOf(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier)
}

/** The folder of a file within its package's `src`. */
export function folderOf(file: string): string {
  return posix.relative(`${packageOf(file)}/src`, posix.dirname(file)) || '.'
}

/** Does an import within a package go up, against the order of its folders? */
function folderFault(file: string, target: string): string | undefined {
  const order = folderOrder[packageOf(file)]
  if (order === undefined) return undefined
  const [from, to] = [folderOf(file), folderOf(target)]
  if (!order.includes(from)) return `is in ${from}, which scripts/rooms.ts does not name`
  if (order.indexOf(to) <= order.indexOf(from)) return undefined
  return `imports ${to}/${posix.basename(target)}, which is above ${from}`
}

function importFault(source: Source, specifier: string, dependencies: ReadonlySet<string>): string | undefined {
  const from = packageOf(source.file)
  if (specifier.startsWith('.')) {
    const target = targetOf(source.file, specifier)
    if (!target.startsWith(`${from}/src/`)) return `imports ${specifier}, outside its package's src`
    return folderFault(source.file, target)
  }
  if (specifier === '#crypto') return folderFault(source.file, 'core/src/crypto/platform/platform.ts')
  if (specifier.startsWith('node:')) {
    const allowed = from !== 'core' || source.file.startsWith(platformFolder)
    return allowed ? undefined : `core imports ${specifier}`
  }
  const name = packageName(specifier)
  if (!dependencies.has(name)) return `imports ${name}, which its package.json does not name`
  if (!name.startsWith(scope)) return undefined
  const rank = (one: string): number => packageOrder.findIndex((known) => known === one)
  const isBelow = rank(name.slice(scope.length)) < rank(from)
  return isBelow ? undefined : `imports ${name}, which is not below it`
}

/** Cycles between the files of a package, of types too: each as the list of its files. */
function findCycles(sources: readonly Source[]): string[][] {
  const targets = new Map(
    sources.map(({ file, imports }) => [
      file,
      imports.filter((specifier) => specifier.startsWith('.')).map((specifier) => targetOf(file, specifier)),
    ]),
  )
  const cycles: string[][] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) cycles.push([...path.slice(at), file])
    if (at >= 0 || done.has(file)) return
    for (const target of targets.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const { file } of sources) visit(file, [])
  return cycles
}

/**
 * Does one import of a cycle go against the order of the folders? Then that is the fault, and it is
 * told already; the many cycles that it makes say nothing new.
 */
function goesUp(cycle: readonly string[]): boolean {
  return cycle.some((file, i) => i > 0 && folderFault(cycle[i - 1] ?? '', file) !== undefined)
}

/** Everything below a `packages` folder that goes against ARCHITECTURE.md, one line each. */
export function dependencyFaults(packages: string): string[] {
  const sources = readSources(packages)
  const faults: string[] = []
  for (const source of sources) {
    const dependencies = declaredDependencies(packages, packageOf(source.file))
    for (const specifier of source.imports) {
      const fault = importFault(source, specifier, dependencies)
      if (fault !== undefined) faults.push(`${source.file}: ${fault}`)
    }
    if (packageOf(source.file) === 'core' && !source.file.startsWith(platformFolder)) {
      const code = source.text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
      const touched = impure.exec(code)?.[0]
      if (touched !== undefined) faults.push(`${source.file}: core touches ${touched}`)
    }
  }
  for (const cycle of findCycles(sources)) if (!goesUp(cycle)) faults.push(`cycle: ${cycle.join(' -> ')}`)
  return faults
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const packages = join(import.meta.dirname, '..', 'packages')
  const faults = dependencyFaults(packages)
  for (const fault of faults) console.error(fault)
  const from = relative(process.cwd(), packages)
  if (faults.length === 0) console.log(`${from}: dependencies point one way, core is pure`)
  else process.exitCode = 1
}
