// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium, openPage } from './browser.ts'
import { packAll } from './pack.ts'
import { run } from './run.ts'

// Uses the packages as an application would: packs them, installs them in an empty project beside
// the files of ./project, and tries each way of importing them that is promised.

const compilers = ['typescript-5.9', 'typescript-6']
const resolutions = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
]
/** What is compiled: core needs no types of Node, the others do. */
const programs = [
  { name: 'core', files: ['three-peers.ts'], types: [] },
  { name: 'all', files: ['main.ts'], types: ['node'] },
]

function step(text: string): void {
  console.log(`${text} …`)
}

/** Writes the TypeScript examples in the READMEs of installed packages to files, and gives their names. */
function writeExamples(project: string, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const readme = readFileSync(join(project, 'node_modules', name, 'README.md'), 'utf8')
    const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1]
    if (example === undefined) return []
    const file = `readme-of-${name.slice(name.indexOf('/') + 1)}.ts`
    writeFileSync(join(project, file), example)
    return [file]
  })
}

/** Compiles everything with each compiler and each way of finding modules; all checks of declarations are on. */
function compileAll(project: string, examples: readonly string[]): void {
  for (const compiler of compilers) {
    for (const resolution of resolutions) {
      step(`types, ${compiler}, ${resolution.moduleResolution}`)
      for (const { name, files, types } of programs) {
        const compilerOptions = {
          ...resolution,
          types,
          target: 'es2023',
          lib: ['es2023'],
          strict: true,
          skipLibCheck: false,
          rewriteRelativeImportExtensions: true,
          rootDir: '.',
          outDir: 'out',
        }
        const config = `tsconfig.${name}.json`
        const all = name === 'all' ? [...files, ...examples] : files
        writeFileSync(join(project, config), JSON.stringify({ compilerOptions, files: all }))
        run('node', [join('node_modules', compiler, 'bin/tsc'), '-p', config], project)
      }
    }
  }
}

/** Three peers must have put out the same two payloads in the same order. */
function expectAgreement(output: string): void {
  const orders = /decided: ([^<\n]*)/.exec(output)?.[1]?.split(' | ') ?? []
  const isOrder = orders[0] === 'tea, coffee' || orders[0] === 'coffee, tea'
  if (orders.length !== 3 || !isOrder || new Set(orders).size !== 1) {
    throw new Error(`three peers do not agree; this was printed:\n${output}`)
  }
}

function runInNode(project: string, examples: readonly string[]): void {
  // The project has the oldest Node that the packages promise to run on; this process is a newer one.
  for (const node of [join(project, 'node_modules/.bin/node'), process.execPath]) {
    step(`run, Node ${run(node, ['--version'], project).trim()}`)
    expectAgreement(run(node, ['out/main.js'], project))
    for (const example of examples) {
      const printed = run(node, [join('out', example.replace('.ts', '.js'))], project)
      if (printed === '') throw new Error(`${example} prints nothing`)
    }
    const command = ['node_modules/@parsec-bft/cli/dist/main.js', 'simulate', '--opaque', '1', '--seed', '1']
    run(node, command, project)
  }
}

async function runInBrowser(project: string, chromium: string): Promise<void> {
  step('bundle, Vite')
  run('vite', ['build'], project)
  step('run, Chromium')
  expectAgreement(await openPage(chromium, join(project, 'dist'), join(project, 'profile')))
}

async function checkIn(folder: string, chromium: string): Promise<void> {
  step('build and pack')
  const packages = packAll(folder)
  const names = packages.map(({ name }) => name)
  const project = join(folder, 'project')
  mkdirSync(project)
  cpSync(join(import.meta.dirname, 'project'), project, { recursive: true })
  step('install in an empty project')
  const tarballs = packages.map(({ tarball }) => tarball)
  run('npm', ['install', '--no-audit', '--no-fund', ...tarballs], project)
  const examples = writeExamples(project, names)
  compileAll(project, examples)
  runInNode(project, examples)
  await runInBrowser(project, chromium)
}

const chromium = findChromium()
const folder = mkdtempSync(join(tmpdir(), 'parsec-packages-'))
try {
  if (chromium === undefined) {
    throw new Error('no Chromium found: install one (Debian: apt-get install chromium), or set CHROME to its path')
  }
  await checkIn(folder, chromium)
  console.log('packages: installed, compiled, bundled; three peers agree in Node and in Chromium')
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
