// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { attacks } from './attacks.ts'
import { measure } from './measure.ts'
import type { Job } from './rows.ts'

// One measurement in a process of its own, because an attack may end the process.
process.once('message', (message) => {
  const { attack: name, voters, ...extent } = message as Job
  const attack = attacks.find((each) => each.name === name)
  if (attack === undefined) throw new Error(`no attack ${name}`)
  void measure(attack, voters, extent).then((measurement) => {
    process.send?.(measurement, () => {
      process.disconnect()
    })
  })
})
