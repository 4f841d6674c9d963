import { Parsec, ed25519Identity, opaque, stringCodec } from '@parsec-bft/core'
import { randomBytes } from 'node:crypto'

// Three peers, each with a key pair; all are told the same founders.
const secrets = ['Alice', 'Bob', 'Carol'].map((name) => ed25519Identity.secretIdFromSeed(randomBytes(32), name))
const founders = secrets.map((secret) => secret.publicId)
const peers = secrets.map((secret) => Parsec.fromGenesis(secret, { founders, codec: stringCodec }))

// Everyone votes for two payloads, but not in the same order.
for (const [i, peer] of peers.entries()) {
  for (const text of i === 0 ? ['tea', 'coffee'] : ['coffee', 'tea']) peer.voteFor(opaque(text))
}

// Gossip: somebody sends somebody a request; what comes back is handed over, too, until nothing comes back.
// On a real network these bytes travel.
const orders = peers.map((): string[] => [])
while (orders.some((order) => order.length < 2)) {
  for (const peer of peers) {
    const recipients = peer.gossipRecipients()
    const recipient = recipients[Math.floor(Math.random() * recipients.length)]
    const other = peers.find(({ ourPublicId }) => recipient?.equals(ourPublicId))
    if (other === undefined) continue
    let bytes = peer.createGossip(other.ourPublicId).toBytes()
    for (let [from, to] = [peer, other]; ; [from, to] = [to, from]) {
      const reply = to.handleMessage(from.ourPublicId, bytes)
      if (reply === undefined) break
      bytes = reply.toBytes()
    }
  }
  for (const [i, peer] of peers.entries()) {
    for (const { observation } of peer.blocks()) {
      if (observation.kind === 'OpaquePayload') orders[i]?.push(observation.payload)
    }
  }
}
for (const [i, order] of orders.entries()) console.log(`${founders[i]?.name ?? ''} decided: ${order.join(', ')}`)
