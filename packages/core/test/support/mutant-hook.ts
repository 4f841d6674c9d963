// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { registerHooks } from 'node:module'

/*
 * Loaded with `--import`: plants one bug in one source file of core as it is loaded.
 * `PARSEC_MUTANT` is a JSON list of file, text to find and text to put there. The file on disk
 * stays as it is. Ends the process when the text does not stand in the file exactly once.
 */
const [file = '', find = '', replacement = ''] = JSON.parse(process.env.PARSEC_MUTANT ?? '[]') as string[]

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (file === '' || !url.endsWith(`/core/src/${file}`)) return loaded
    const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source)
    const parts = source.split(find)
    if (parts.length !== 2) {
      console.error(`${file} has ${String(parts.length - 1)} times ${JSON.stringify(find)}`)
      process.exit(2)
    }
    return { ...loaded, source: parts.join(replacement) }
  },
})
