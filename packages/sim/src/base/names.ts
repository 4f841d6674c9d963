// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

const names = [
  'Alice',
  'Bob',
  'Carol',
  'Dave',
  'Eric',
  'Fred',
  'Gina',
  'Hank',
  'Iris',
  'Judy',
  'Kent',
  'Lucy',
  'Mike',
  'Nina',
  'Oran',
  'Paul',
  'Quin',
  'Rose',
  'Stan',
  'Tina',
  'Ulf',
  'Vera',
  'Will',
  'Xaviera',
  'Yakov',
  'Zaida',
] as const

/** Name of the peer with a number from 0: Alice, Bob, … Zaida, Alice2, … */
export function peerName(number: number): string {
  const name = names[number % names.length] as string
  const lap = Math.floor(number / names.length)
  return lap === 0 ? name : `${name}${String(lap + 1)}`
}

/** Names of the first peers. */
export function peerNames(count: number): string[] {
  return Array.from({ length: count }, (_, number) => peerName(number))
}
