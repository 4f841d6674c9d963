// SPDX-License-Identifier: GPL-3.0-only WITH GPL-3.0-linking-exception

/** Sizes and colours of pictures. Lengths are in px. */

/** Font size and line height of text, by what the text is for. The style sheet has the same font sizes. */
export const textSizes = {
  title: { fontPx: 16, linePx: 24 },
  heading: { fontPx: 12, linePx: 20 },
  line: { fontPx: 11, linePx: 15 },
  minor: { fontPx: 9, linePx: 12 },
} as const

export const fontSizePx = textSizes.line.fontPx

/** Gossip has the colour of its sender. */
const edgeColours = ['#3b6fb6', '#2f8f4e', '#9a5fb4', '#b0682a', '#5b7f8c', '#a8486f', '#6f7d1c', '#55557f'] as const

/** Class of an edge from an event of this peer. */
export function edgeClass(peer: number): string {
  return `p${String(peer % edgeColours.length)}`
}

const fonts = '"DejaVu Sans Mono",Menlo,Consolas,"Liberation Mono",monospace'

const always = `
text{font-family:${fonts};font-size:${String(fontSizePx)}px;fill:#000;white-space:pre}
.title{font-size:${String(textSizes.title.fontPx)}px;font-weight:bold}
.heading{font-size:${String(textSizes.heading.fontPx)}px;font-weight:bold}
text.minor{font-size:${String(textSizes.minor.fontPx)}px;fill:#707070}
.strong,.peer{font-weight:bold}
.band{fill:#f4f6f8}
rect{stroke:#666;fill:#fff}
rect.band,rect.paper{stroke:none}
rect.plate{stroke:#ccc}
.vote rect{fill:cyan}
.interesting rect{fill:crimson}
.interesting text{fill:#fff}
.interesting text.minor{fill:#ffd3da}
.observer rect{fill:orange}
.observer text.minor{fill:#6b4600}
.dim rect{stroke:#bbb}
.dim text{fill:#505050}
.vote.dim rect{fill:#dcfafa}
.interesting.dim rect{fill:#fbe0e5}
.observer.dim rect{fill:#fff0d6}
.vote.internal rect{fill:#eee;stroke:#bbb}
.interesting.internal rect{fill:#f7e6ea}
.interesting.internal text{fill:#333}
.interesting.internal text.minor,.interesting.dim text.minor{fill:#707070}
.decides rect{stroke:#006400;stroke-width:3}
.self,.other{fill:none}
.self{stroke:#555;stroke-width:1.6}
.other{stroke-width:1;marker-end:url(#arrow)}
.cut{stroke-dasharray:2 2;stroke:#555}
.star{fill:#ffe14d;stroke:#333;stroke-width:.6}
${edgeColours.map((colour, i) => `.p${String(i)}{stroke:${colour}}`).join('\n')}
.faint{stroke:#ccc}
`

const sharesStyle = '.shares rect{stroke:#7a2fb0;stroke-width:2;stroke-dasharray:5 2}\n'

/** The style sheet; shares of coins exist only with the threshold coin. */
export function styleSheet(hasCoin: boolean): string {
  return hasCoin ? always + sharesStyle : always
}
