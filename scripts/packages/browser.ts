// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { promisify } from 'node:util'

const mimeTypes: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' }

/** Chromium, as $CHROME names it or as it is called where it is installed; undefined: there is none. */
export function findChromium(): string | undefined {
  const chosen = process.env.CHROME
  const names = chosen === undefined ? ['chromium', 'chromium-browser', 'google-chrome'] : [chosen]
  return names.find((name) => spawnSync(name, ['--version']).status === 0)
}

/**
 * Opens `index.html` of a folder in headless Chromium.
 *
 * @param profile - a folder for what the browser keeps.
 * @returns the page as HTML, when its scripts have run.
 */
export async function openPage(chromium: string, folder: string, profile: string): Promise<string> {
  const server = createServer((request, response) => {
    const path = normalize(request.url === '/' ? '/index.html' : (request.url ?? ''))
    try {
      const content = readFileSync(join(folder, path))
      response.writeHead(200, { 'content-type': mimeTypes[extname(path)] ?? 'application/octet-stream' }).end(content)
    } catch {
      response.writeHead(404).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  // Chromium refuses to run as root inside its sandbox.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const flags = ['--headless', '--disable-gpu', '--disable-dev-shm-usage', `--user-data-dir=${profile}`, ...asRoot]
  try {
    const url = `http://127.0.0.1:${String(port)}/`
    const { stdout } = await promisify(execFile)(chromium, [...flags, '--dump-dom', url], { timeout: 60_000 })
    return stdout
  } finally {
    server.close()
  }
}
