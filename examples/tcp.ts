// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
// A replicated counter among four processes that talk over TCP on this machine.
// Run it with: node --conditions=@parsec-bft/source examples/tcp.ts

import { Parsec, ParsecError, ed25519Identity, opaque, stringCodec } from '@parsec-bft/core'
import type { PublicId } from '@parsec-bft/core'
import { fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const names = ['Alice', 'Bob', 'Carol', 'Dave']
const incrementsEach = 5

/** What the parent tells a process at first; then it sends everybody's ports. */
interface Start {
  readonly us: number
  readonly seed: string
  readonly group: readonly string[]
}

/** Sends one frame: its length, then its bytes. */
function send(socket: Socket, bytes: Uint8Array): void {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  socket.write(Buffer.concat([length, bytes]))
}

/** The frames that arrive, one after the other. */
async function* framesOf(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let buffered = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    buffered = Buffer.concat([buffered, chunk])
    while (buffered.length >= 4 && buffered.length >= 4 + buffered.readUInt32LE()) {
      const end = 4 + buffered.readUInt32LE()
      yield buffered.subarray(4, end)
      buffered = buffered.subarray(end)
    }
  }
}

/** What a peer signs to show the owner of a nonce who it is. Nothing else that it signs begins like this. */
function greeting(nonce: Uint8Array, reader: PublicId): Buffer {
  return Buffer.concat([Buffer.from('tcp example, greeting: '), nonce, reader.bytes])
}

async function runPeer({ us, seed, group }: Start, ports: Promise<readonly number[]>): Promise<void> {
  const secret = ed25519Identity.secretIdFromSeed(Buffer.from(seed, 'hex'), names[us])
  const founders = group.map((hex, i) => ed25519Identity.publicId(Buffer.from(hex, 'hex'), names[i]))
  const peer = Parsec.fromGenesis(secret, { founders, codec: stringCodec, mode: 'single' })
  const nonceLength = 32

  /** Hands over what comes, and sends back what follows from it, until nothing does. */
  async function converse(socket: Socket, frames: AsyncIterable<Uint8Array>, other: PublicId): Promise<void> {
    for await (const frame of frames) {
      const reply = peer.handleMessage(other, frame)
      if (reply === undefined) return
      send(socket, reply.toBytes())
    }
  }

  // Who calls says who it is, and both sides prove it: the nonce of one is signed by the other.
  const server = createServer((socket) => {
    const answer = async (): Promise<void> => {
      const nonce = randomBytes(nonceLength)
      send(socket, nonce)
      const frames = framesOf(socket)
      const hello = (await frames.next()).value
      const sender = founders[hello?.[0] ?? -1]
      if (hello === undefined || sender === undefined) return
      const theirNonce = hello.subarray(1, 1 + nonceLength)
      if (!sender.verify(greeting(nonce, secret.publicId), hello.subarray(1 + nonceLength))) return
      send(socket, secret.sign(greeting(theirNonce, sender)))
      await converse(socket, frames, sender)
    }
    answer()
      .catch(ignoreRemote)
      .finally(() => socket.end())
  })
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
  const portOf = await ports

  async function gossip(recipient: PublicId): Promise<void> {
    const request = peer.createGossip(recipient).toBytes()
    const socket = connect(portOf[founders.findIndex((id) => id.equals(recipient))] ?? 0, '127.0.0.1')
    try {
      const frames = framesOf(socket)
      const nonce = (await frames.next()).value
      if (nonce === undefined) return
      const ourNonce = randomBytes(nonceLength)
      send(socket, Buffer.concat([Uint8Array.of(us), ourNonce, secret.sign(greeting(nonce, recipient))]))
      send(socket, request)
      const proof = (await frames.next()).value
      if (proof === undefined || !recipient.verify(greeting(ourNonce, secret.publicId), proof)) return
      await converse(socket, frames, recipient)
    } finally {
      socket.destroy()
    }
  }

  let counter = 0
  const history = createHash('sha256')
  for (let i = 0; i < incrementsEach; i++) peer.voteFor(opaque(`increment ${String(i)} by ${names[us] ?? ''}`))
  // It goes on until the parent stops it: others may still need what it has.
  for (;;) {
    const recipients = peer.gossipRecipients()
    const recipient = recipients[Math.floor(Math.random() * recipients.length)]
    if (recipient !== undefined) await gossip(recipient).catch(ignoreRemote)
    for (const { observation, submitter } of peer.blocks()) {
      if (observation.kind !== 'OpaquePayload') continue
      counter++
      history.update(`${submitter?.name ?? ''} ${observation.payload}\n`)
      if (counter < names.length * incrementsEach) continue
      process.send?.({
        done: `${names[us] ?? ''} counted to ${String(counter)}, ${history.digest('hex').slice(0, 16)}`,
      })
    }
    await sleep(5)
  }
}

/** A peer that is gone or sends nonsense costs one exchange. Anything else is a bug. */
function ignoreRemote(error: unknown): void {
  if (!ParsecError.is(error) && !(error instanceof Error && 'syscall' in error)) throw error
}

function runAll(): void {
  const seeds = names.map(() => randomBytes(32))
  const group = seeds.map((seed) => Buffer.from(ed25519Identity.secretIdFromSeed(seed).publicId.bytes).toString('hex'))
  const processes = names.map(() => fork(import.meta.filename, ['peer'], { execArgv: process.execArgv }))
  const ports = new Map<number, number>()
  let done = 0
  for (const [us, child] of processes.entries()) {
    child.on('message', (message: { port?: number; done?: string }) => {
      if (message.port !== undefined) ports.set(us, message.port)
      if (message.port !== undefined && ports.size === names.length) {
        for (const each of processes) each.send({ ports: names.map((_, i) => ports.get(i)) })
      }
      if (message.done === undefined) return
      console.log(message.done)
      if (++done === names.length) for (const each of processes) each.kill()
    })
    child.send({ us, seed: seeds[us]?.toString('hex'), group })
  }
}

if (process.argv[2] === 'peer') {
  const ports = new Promise<readonly number[]>((resolve) => {
    process.on('message', (message: Start | { ports: number[] }) => {
      if ('ports' in message) resolve(message.ports)
      else void runPeer(message, ports)
    })
  })
} else runAll()
