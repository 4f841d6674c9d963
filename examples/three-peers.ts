import { Parsec, ed25519Identity, opaque, stringCodec } from '@parsec-bft/core'
import { randomBytes } from 'node:crypto'

// Three peers, each with a key pair; all are given the same group.
const secrets = ['Alice', 'Bob', 'Carol'].map((name) => ed25519Identity.secretIdFromSeed(randomBytes(32), name))
const group = secrets.map((secret) => secret.publicId)
const peers = secrets.map((secret) => Parsec.fromGenesis(secret, { founders: group, codec: stringCodec }))

// Everyone votes for two payloads, but not in the same order.
for (const [i, peer] of peers.entries()) {
  for (const text of i === 0 ? ['tea', 'coffee'] : ['coffee', 'tea']) peer.voteFor(opaque(text))
}

// Gossip: somebody sends somebody a request, and gets a response. On a real network these bytes travel.
const orders = peers.map((): string[] => [])
while (orders.some((order) => order.length < 2)) {
  for (const peer of peers) {
    const recipients = peer.gossipRecipients()
    const recipient = recipients[Math.floor(Math.random() * recipients.length)]
    const other = peers.find(({ ourPublicId }) => ourPublicId === recipient)
    if (other === undefined) continue
    const response = other.handleRequest(peer.ourPublicId, peer.createGossip(other.ourPublicId).toBytes())
    if (response !== undefined) peer.handleResponse(other.ourPublicId, response.toBytes())
  }
  for (const [i, peer] of peers.entries()) {
    for (let block = peer.poll(); block !== undefined; block = peer.poll()) {
      if (block.observation.kind === 'OpaquePayload') orders[i]?.push(block.observation.payload)
    }
  }
}
for (const [i, order] of orders.entries()) console.log(`${group[i]?.name ?? ''} decided: ${order.join(', ')}`)
