// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { twinRules } from '../test/support/twin-votes.ts'
import type { TwinRules } from '../test/support/twin-votes.ts'
import type { Departures } from './stage.ts'

/** The rules of the protocol, or these with one of them wrong. */
export interface Plant extends Departures {
  readonly rules: TwinRules
  readonly what: string
}

const least = (voters: number): number => Math.floor((2 * voters) / 3) + 1
const third = (voters: number): number => Math.ceil(voters / 3)

function plant(what: string, rules: Partial<TwinRules>, departures: Departures = {}): Plant {
  return { what, rules: { ...twinRules, ...rules }, ...departures }
}

/** The rules as they are. */
export const noPlant = plant('the rules as they are', {})

/** Rules that are wrong, by name: each breaks one line of the table in docs/binary-agreement.md. */
export const plants: Readonly<Record<string, Plant>> = {
  supermajority: plant('a supermajority is one voter less', {
    isSupermajority: (count, voters) => count >= least(voters) - 1,
    entersBinValues: (count, voters) => count >= least(voters) - 1,
    mayConfirm: (count, voters) => count >= least(voters) - 1,
  }),
  third: plant('a third is one voter less', { isAtLeastOneThird: (count, voters) => count >= third(voters) - 1 }),
  'third-more': plant('a third is one voter more', {
    isAtLeastOneThird: (count, voters) => count >= third(voters) + 1,
  }),
  'two-lines': plant('an event counts two lines of a forker', {}, { linesCounted: 2 }),
  forgets: plant('an event may go on from how the entry began, instead of its self-ancestor', {}, { forgets: true }),
  observees: plant('a list begins with true, whoever was observed', { first: () => true }),
  'fills-empty': plant('values are added to estimates that wait for the coin', { addsToEmpty: true }),
  'bin-values': plant('a third brings a value into binValues', {
    entersBinValues: (count, voters) => count >= third(voters),
  }),
  'bin-values-any': plant('one holder brings a value into binValues', { entersBinValues: (count) => count >= 1 }),
  'aux-again': plant('aux is chosen again when binValues grow', { auxOnce: false }),
  'decides-both': plant('both values can be decided at steps 0 and 1', {
    decides: { 0: [true, false], 1: [false, true], 2: [] },
  }),
  'decides-at-2': plant('step 2 decides as well', { decides: { 0: [true], 1: [false], 2: [true, false] } }),
  'no-adoption': plant("others' decisions are not adopted", { adopts: false }),
  'goes-on': plant('a list goes on after its decision', { endsAtDecision: false }),
  'after-0': plant('after step 0 an entry begins with true only where a supermajority say true', {
    afterStep: { ...twinRules.afterStep, 0: (agree) => agree(true) },
  }),
  'after-1': plant('after step 1 an entry begins with false only where a supermajority say false', {
    afterStep: { ...twinRules.afterStep, 1: (agree) => !agree(false) },
  }),
  'confirms-again': plant('a confirmation is made anew at each event', { confirmsOnce: false }),
  'confirms-early': plant('any aux value is enough to confirm', { mayConfirm: (count) => count >= 1 }),
  'no-confirmations': plant('confirmations are not waited for: one may proceed as past other steps', {
    awaitsConfirmations: false,
  }),
  'some-confirmations': plant('a value that any confirmation holds alone is taken', {
    afterConfirmations: (confirmed) => confirmed.find((values) => values.size === 1) ?? new Set(),
  }),
  'coin-late': plant('the coin is taken after the counting', { coinFirst: false }),
}
