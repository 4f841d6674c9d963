// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import { isOneThird } from '../base/quorum.ts'
import type { Peer } from './make-peer.ts'

/**
 * What a peer is to its network, as far as it knows:
 *
 * - `joining`: it was made with `fromExisting` and has heard nothing yet.
 * - `replaying`: it goes through the network's history and is no member yet.
 * - `participant`: it takes part in key generations and is no voter.
 * - `voter`: its votes count.
 * - `distrusted`: it will be removed, and others may not hear it any more. At least a third of the
 *   voters accuse it of malice that the graph shows, so a correct one does; or somebody else has
 *   signed events with its key.
 * - `leaving`: it was removed, and goes on gossiping because others may need it to learn of that.
 * - `removed`: it was removed and nobody needs it any more. It may be switched off.
 */
export type PeerStatus = 'joining' | 'replaying' | 'participant' | 'voter' | 'distrusted' | 'leaving' | 'removed'

export function statusOf<P>(peer: Peer<P>): PeerStatus {
  const { consensus, ourIndex, gossip, reception } = peer
  const { state, removed } = consensus.peers.at(ourIndex)
  if (removed) return gossip.recipients().length > 0 ? 'leaving' : 'removed'
  if (reception.isOurKeyUsedElsewhere || areWeAccused(peer)) return 'distrusted'
  if (state.vote) return 'voter'
  if (state.dkg) return 'participant'
  return consensus.graph.size === 0 ? 'joining' : 'replaying'
}

/** Does at least a third of the voters accuse us of what a graph can prove? */
function areWeAccused<P>({ consensus, detection, ourIndex }: Peer<P>): boolean {
  const { voters } = consensus.election
  const accusers = detection.accusersOf(consensus.peers.at(ourIndex).id)
  return accusers.size > 0 && isOneThird(voters.filter((voter) => accusers.has(voter)).length, voters.length)
}
