// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception
import { bls12_381 } from '@noble/curves/bls12-381.js'
import type { Platform } from './platform.ts'

const bls = bls12_381.longSignatures
const domain = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_'

/** Pure JavaScript, for browsers and for machines without a native library. */
export const nobleBls: Pick<Platform, 'blsSign' | 'blsVerify'> = {
  blsSign: (secret, message) => bls.sign(bls.hash(message, domain), secret).toBytes(),
  blsVerify(publicKey, message, signature) {
    try {
      const point = bls12_381.G2.Point.fromBytes(signature)
      point.assertValidity()
      return !point.is0() && bls.verify(point, bls.hash(message, domain), bls12_381.G1.Point.fromBytes(publicKey))
    } catch {
      return false
    }
  },
}
