// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

import type { KeyScheme, PublicKeySet, SecretKeyShare } from '@parsec-bft/core'
import type { Strategy } from './strategy.ts'

/** A scheme with some of its methods replaced. */
export function changed(scheme: KeyScheme, changes: Partial<KeyScheme>): KeyScheme {
  return {
    name: scheme.name,
    signatureLength: scheme.signatureLength,
    deal: (...args) => scheme.deal(...args),
    isWellFormed: (...args) => scheme.isWellFormed(...args),
    readRow: (...args) => scheme.readRow(...args),
    acknowledge: (...args) => scheme.acknowledge(...args),
    readValue: (...args) => scheme.readValue(...args),
    publicKeySetOf: (...args) => scheme.publicKeySetOf(...args),
    secretKeyShareOf: (...args) => scheme.secretKeyShareOf(...args),
    dealKeys: (...args) => scheme.dealKeys(...args),
    encodePart: (...args) => scheme.encodePart(...args),
    decodePart: (...args) => scheme.decodePart(...args),
    decodePublicKeySet: (...args) => scheme.decodePublicKeySet(...args),
    decodeSecretKeyShare: (...args) => scheme.decodeSecretKeyShare(...args),
    ...changes,
  }
}

/** The same bytes with another last one. */
function wrong(bytes: Uint8Array): Uint8Array {
  const other = bytes.slice()
  const last = other.length - 1
  other[last] = (other[last] ?? 0) ^ 1
  return other
}

/** The same entries, but the one at `place` (modulo their number) is wrong. */
function withWrongEntry(entries: readonly Uint8Array[], place: number): Uint8Array[] {
  return entries.map((entry, i) => (i === place % entries.length ? wrong(entry) : entry))
}

/** Deals parts with rows that their readers cannot use: one row, or all. */
export function wrongRows(): Strategy {
  return {
    drive: 'protocol',
    keys: (scheme) =>
      changed(scheme, {
        deal: (...args) => {
          const part = scheme.deal(...args)
          const rows = part.dealer % 2 === 0 ? part.rows.map(wrong) : withWrongEntry(part.rows, part.dealer + 1)
          return { ...part, rows }
        },
      }),
  }
}

/** Deals parts with a row too few: everybody can see that they are not valid. */
export function malformedParts(): Strategy {
  return {
    drive: 'protocol',
    keys: (scheme) =>
      changed(scheme, {
        deal: (...args) => {
          const part = scheme.deal(...args)
          return { ...part, rows: part.rows.slice(1) }
        },
      }),
  }
}

/** Acknowledges with values that some readers cannot use. */
export function wrongValues(): Strategy {
  return {
    drive: 'protocol',
    keys: (scheme) =>
      changed(scheme, {
        acknowledge: (...args) => {
          const ack = scheme.acknowledge(...args)
          return { ...ack, values: withWrongEntry(ack.values, ack.dealer) }
        },
      }),
  }
}

/** Takes part in key generations, but never publishes a share of a coin. */
export function coinWithheld(): Strategy {
  return { drive: 'protocol', keys: (scheme) => changed(scheme, { secretKeyShareOf: () => undefined }) }
}

/** Publishes wrong shares of coins, and itself takes them for right. */
export function coinWrong(): Strategy {
  const told = new Set<string>()
  const ours = new Set<string>()
  return {
    drive: 'protocol',
    keys: (scheme) =>
      changed(scheme, {
        secretKeyShareOf: (...args) => {
          const share = scheme.secretKeyShareOf(...args)
          return share && signingWrongly(share, ours)
        },
        publicKeySetOf: (parts) => forgiving(scheme.publicKeySetOf(parts), ours),
      }),
    outgoing: (me, outgoing) => {
      if (outgoing.message instanceof Uint8Array) return [outgoing]
      for (const event of outgoing.message.events) {
        if (event.cause.kind !== 'CoinShares' || event.creator.name !== me.name || told.has(event.id)) continue
        told.add(event.id)
        me.commit('WrongCoinShare', [event])
      }
      return [outgoing]
    },
  }
}

function signingWrongly(share: SecretKeyShare, signed: Set<string>): SecretKeyShare {
  const sign: SecretKeyShare['sign'] = (message, domain) => {
    const bytes = wrong(share.sign(message, domain))
    signed.add(String(bytes))
    return bytes
  }
  return new Proxy(share, { get: (_, name): unknown => (name === 'sign' ? sign : Reflect.get(share, name, share)) })
}

function forgiving(set: PublicKeySet, ours: ReadonlySet<string>): PublicKeySet {
  return {
    threshold: set.threshold,
    publicKey: set.publicKey,
    publicKeyShare: (index) => set.publicKeyShare(index),
    verifyShare: (index, message, domain, share) =>
      ours.has(String(share)) || set.verifyShare(index, message, domain, share),
    verifyShares(message, domain, shares) {
      const others = new Map([...shares].filter(([, share]) => !ours.has(String(share))))
      return others.size === 0 || set.verifyShares(message, domain, others)
    },
    combine: (shares) => set.combine(new Map([...shares].filter(([, share]) => !ours.has(String(share))))),
    verify: (message, domain, signature) => set.verify(message, domain, signature),
    encrypt: (...args) => set.encrypt(...args),
    encryptionOverhead: set.encryptionOverhead,
    verifyDecryptionShare: (...args) => set.verifyDecryptionShare(...args),
    decrypt: (...args) => set.decrypt(...args),
    toBytes: () => set.toBytes(),
    equals: (other) => set.equals(other),
  }
}
