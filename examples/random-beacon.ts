// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
// Run it with: node --conditions=source examples/random-beacon.ts

import { Parsec, ed25519Identity, startDkg, stringCodec, toHex, utf8Bytes } from '@parsec-bft/core'
import type { KeyResult } from '@parsec-bft/core'

// Four peers generate a key together. None of them ever has it; any two of them sign with it.
const secrets = ['Alice', 'Bob', 'Carol', 'Dave'].map((name, i) =>
  ed25519Identity.secretIdFromSeed(new Uint8Array(32).fill(i + 1), name),
)
const group = secrets.map(({ publicId }) => publicId)
const peers = secrets.map((secret) => Parsec.fromGenesis(secret, group, { codec: stringCodec }))
for (const peer of peers) peer.voteFor(startDkg(group))

const keys = new Map<Parsec<string>, KeyResult>()
while (keys.size < peers.length) {
  for (const from of peers) {
    for (const to of peers) {
      if (from === to) continue
      const response = to.handleRequest(from.ourPublicId, from.createGossip(to.ourPublicId).toBytes())
      if (response !== undefined) from.handleResponse(to.ourPublicId, response.toBytes())
    }
    for (let block = from.poll(); block !== undefined; block = from.poll()) {
      if (block.observation.kind === 'DkgResult') keys.set(from, block.observation)
    }
  }
}

// The beacon: each round's number is unknown to all, and to any one of them, until two of them say so; then it is the same for everybody, and anybody can check it.
const [alice, , carol] = peers.map((peer) => keys.get(peer))
if (alice?.secretKeyShare === undefined || carol?.secretKeyShare === undefined) throw new Error('no key')
const { publicKeySet } = alice
for (const round of ['round 1', 'round 2', 'round 3'].map(utf8Bytes)) {
  const shares = new Map(
    [alice, carol].flatMap(({ secretKeyShare: s }) => (s ? [[s.index, s.sign(round, 'beacon')]] : [])),
  )
  const signature = publicKeySet.combine(shares)
  console.log(toHex(signature.subarray(-8)), publicKeySet.verify(round, 'beacon', signature))
}
