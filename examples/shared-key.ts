// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
// Run it with: node --conditions=@parsec-bft/source examples/shared-key.ts

import { Parsec, ed25519Identity, startDkg, stringCodec } from '@parsec-bft/core'
import type { DkgResult, Message } from '@parsec-bft/core'

// Four peers generate a key together. None of them ever has it; any two of them sign with it.
const secrets = ['Alice', 'Bob', 'Carol', 'Dave'].map((name, i) =>
  ed25519Identity.secretIdFromSeed(new Uint8Array(32).fill(i + 1), name),
)
const founders = secrets.map(({ publicId }) => publicId)
const peers = secrets.map((secret) => Parsec.fromGenesis(secret, { founders, codec: stringCodec }))
for (const peer of peers) peer.voteFor(startDkg(founders))

const keys = new Map<Parsec<string>, DkgResult>()
while (keys.size < peers.length) {
  for (const from of peers) {
    for (const to of peers) {
      if (from === to) continue
      let message: Message<string> | undefined = from.createGossip(to.ourPublicId)
      for (let [a, b] = [from, to]; message !== undefined; [a, b] = [b, a]) {
        message = b.handleMessage(a.ourPublicId, message.toBytes())
      }
    }
    for (const { observation } of from.blocks()) {
      if (observation.kind === 'DkgResult') keys.set(from, observation)
    }
  }
}

const [alice, , carol] = peers.map((peer) => keys.get(peer))
if (alice?.secretKeyShare === undefined || carol?.secretKeyShare === undefined) throw new Error('no key')
const { publicKeySet } = alice
const signers = [alice.secretKeyShare, carol.secretKeyShare]

// A random beacon: each round's number is unknown to all, and to any one of them, until two of them
// say so; then it is the same for everybody, and anybody can check it.
for (const round of ['round 1', 'round 2', 'round 3'].map((text) => Buffer.from(text))) {
  const shares = new Map(signers.map((signer) => [signer.index, signer.sign(round, 'beacon')]))
  const signature = publicKeySet.combine(shares)
  console.log(Buffer.from(signature.subarray(-8)).toString('hex'), publicKeySet.verify(round, 'beacon', signature))
}

// Sealed bids: anybody encrypts to the group; the bids are ordered as they are, and no one of them
// can read any before two of them open it.
const auction = Buffer.from('auction 7')
const bid = publicKeySet.encrypt(Buffer.from('1200 for the clock'), auction)
const opening = new Map(signers.map((signer) => [signer.index, signer.decryptionShare(bid, auction)]))
console.log(Buffer.from(publicKeySet.decrypt(bid, auction, opening) ?? []).toString())
