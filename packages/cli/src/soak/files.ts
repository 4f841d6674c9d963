// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { MergeError, mergeReports, optionsOf } from '@parsec-bft/sim'
import type { SoakFailure, SoakReport } from '@parsec-bft/sim'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../folders.ts'
import { UsageError } from '../io.ts'

/** Makes the folder. Called before the runs, so that nobody waits hours to learn that nothing can be written. */
export function prepareSaving(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    throw new UsageError(`cannot write to ${folder}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Writes a regression file: what failed, and the options of the run, small ones if they are known. */
export function saveFailure(folder: string, failure: SoakFailure, version: string): void {
  const { scenario, seed, checker, reason, shrunk } = failure
  const options = shrunk?.options ?? optionsOf(failure)
  const text = JSON.stringify({ failed: { checker, reason, version }, options }, null, 2)
  writeFileSync(join(folder, `${scenario}-${String(seed)}.json`), `${text}\n`)
}

/**
 * Makes one report of those in the files.
 *
 * Throws UsageError for files that are no reports, and for reports that are not all parts of one soak.
 */
export function mergeFiles(files: readonly string[]): SoakReport {
  try {
    return mergeReports(files.map(readReport))
  } catch (error) {
    if (error instanceof MergeError) throw new UsageError(error.message)
    throw error
  }
}

function readReport(file: string): SoakReport {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
  try {
    const json: unknown = JSON.parse(text)
    if (isReport(json)) return json
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new UsageError(`${file} is no report that parsec soak --json printed`)
}

function isReport(json: unknown): json is SoakReport {
  if (!isObject(json) || !isObject(json.options) || !isObject(json.options.shard) || !isObject(json.elapsed))
    return false
  const { options, elapsed } = json
  const numbers = [json.rounds, json.blocks, json.messages, elapsed.ms, elapsed.workers, options.seedFrom]
  const { index, count } = json.options.shard
  return (
    typeof json.version === 'string' &&
    typeof json.interrupted === 'boolean' &&
    [...numbers, index, count].every((value) => typeof value === 'number') &&
    [options.runs, options.forMs].every((value) => value === null || typeof value === 'number') &&
    (options.coin === null || typeof options.coin === 'string') &&
    isListOf(options.scenarios, (name) => typeof name === 'string') &&
    isNumbers(json.runs) &&
    isNumbers(json.counts) &&
    isListOf(json.failures, isFailure)
  )
}

function isFailure(json: unknown): boolean {
  if (!isObject(json) || typeof json.seed !== 'number') return false
  const { scenario, checker, reason, command, shrunk } = json
  const isShrunk =
    shrunk === null || (isObject(shrunk) && typeof shrunk.command === 'string' && isObject(shrunk.options))
  return isShrunk && [scenario, checker, reason, command].every((value) => typeof value === 'string')
}

function isListOf(json: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(json) && json.every(isItem)
}

function isNumbers(json: unknown): boolean {
  return isObject(json) && Object.values(json).every((value) => typeof value === 'number')
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
