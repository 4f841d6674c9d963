import * as cli from '@parsec-bft/cli'
import * as graph from '@parsec-bft/graph'
import * as sim from '@parsec-bft/sim'
import { threePeers } from './three-peers.ts'

for (const [name, exported] of Object.entries({ cli, graph, sim })) {
  if (Object.keys(exported).length === 0) throw new Error(`${name} exports nothing`)
}
console.log(`decided: ${threePeers().join(' | ')}`)
