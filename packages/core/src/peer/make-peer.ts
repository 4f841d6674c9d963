// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { RandomBytes } from '../base/public-id.ts'
import { decodingTo } from '../crypto/identity.ts'
import type { SecretId } from '../crypto/identity.ts'
import type { KeyScheme } from '../crypto/shared-key/key-scheme.ts'
import type { EventFormat } from '../wire/event.ts'
import type { CompleteFormat } from '../wire/format.ts'
import { KnownEvents } from '../graph/known-events.ts'
import { PeerState } from '../graph/peers.ts'
import type { CoinKind } from '../election/coin.ts'
import { Consensus } from '../consensus/consensus.ts'
import type { DecisionView, Inspection } from '../consensus/views.ts'
import { Detection } from '../malice/detection.ts'
import { BlockQueue } from './block-queue.ts'
import { Callbacks } from './callbacks.ts'
import type { PeerContext } from './context.ts'
import { Gossip } from './gossip.ts'
import { Intake } from './intake.ts'
import { OwnEvents } from './own-events.ts'
import { OwnKeys } from './own-keys.ts'
import { Reception } from './reception.ts'
import type { Report } from './report.ts'
import { Window } from './window.ts'

/** What a peer is made from. */
export interface PeerSetting<P> extends CompleteFormat<P> {
  readonly us: SecretId
  readonly coin: CoinKind
  readonly keys: KeyScheme
  readonly random: RandomBytes
  readonly onDecision: ((decision: DecisionView, inspection: Inspection) => void) | undefined
  readonly onReport: ((report: Report) => void) | undefined
}

/** The parts of one peer. */
export interface Peer<P> extends PeerContext<P> {
  readonly callbacks: Callbacks
  readonly keys: OwnKeys
  readonly blocks: BlockQueue<P>
  readonly own: OwnEvents<P>
  readonly gossip: Gossip<P>
  readonly reception: Reception<P>
}

/** Makes the parts of a new peer. It knows only itself, so its own index is 0. */
export function makePeer<P>(setting: PeerSetting<P>): Peer<P> {
  const { us, codec, mode, coin } = setting
  const callbacks = new Callbacks()
  const keys = new OwnKeys(us, setting.keys, setting.random)
  const consensus = new Consensus({
    mode,
    coin,
    keys: setting.keys,
    dkgParticipant: keys,
    ourIndex: 0,
    format: { codec },
    onDecision: callbacks.guarded(setting.onDecision),
  })
  const ourIndex = consensus.addPeer(us.publicId, PeerState.NONE)
  // Ids that we do not know are not remembered, as messages could fill the memory with them.
  const identities = decodingTo(setting.identities, (id) => {
    const known = consensus.peers.indexOf(id)
    return known === undefined ? undefined : consensus.peers.at(known).id
  })
  const format: EventFormat<P> = { codec, identities }
  const events = new KnownEvents<P>()
  const detection = new Detection(consensus, events, format, ourIndex)
  const window = new Window(consensus)
  const report = callbacks.guarded(setting.onReport) ?? (() => undefined)
  const context = { ourIndex, format, consensus, events, detection, window, report }
  const intake = new Intake(context)
  const blocks = new BlockQueue(context)
  const own = new OwnEvents(us, keys, context, intake, blocks)
  const reception = new Reception(context, intake, own, blocks)
  const gossip = new Gossip(context, intake, reception, own)
  return { ...context, callbacks, keys, blocks, own, gossip, reception }
}
