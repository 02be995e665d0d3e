export interface Bar {
  readonly label: string
  readonly value: number
  /** The figure as it is written at the bar. */
  readonly text: string
}

/** Bars of one scale, which begins at nothing. */
export interface Panel {
  readonly title: string
  readonly bars: readonly Bar[]
}

export interface BarChart {
  readonly title: string
  /** What the figures are, in words. */
  readonly subtitle: string
  /** Each has a scale of its own. */
  readonly panels: readonly Panel[]
}

const width = 760
const columns = 2
const [margin, gap] = [24, 32]
const [labelWidth, figureWidth, barHeight, barStep, titleHeight] = [96, 64, 14, 20, 34]
const headHeight = 76

/** Colours by what is shown, the same in all charts; legible on light and on dark. */
const colours: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  memory: ['#0b6e4f', '#3ecf9a'],
  database: ['#1f6feb', '#6cb0ff'],
  unarmed: ['#7a8ba3', '#93a5bf'],
  sql: ['#b35900', '#f0a04b'],
  postgraphile: ['#8250df', '#b996ff'],
  http: ['#57606a', '#9aa4ae'],
}

/**
 * A chart of horizontal bars as SVG: no script, no font from elsewhere, its colours those of the reader's light or dark screen.
 *
 * @example barChart({ title: 'Speed', subtitle: 'a second', panels: [{ title: 'Q1', bars: [{ label: 'sql', value: 2, text: '2' }] }] })
 */
export function barChart({ title, subtitle, panels }: BarChart): string {
  const panelWidth = (width - 2 * margin - (columns - 1) * gap) / columns
  const rowHeight = titleHeight + Math.max(0, ...panels.map(({ bars }) => bars.length)) * barStep + 12
  const height = headHeight + Math.ceil(panels.length / columns) * rowHeight + margin
  const drawn = panels.map((panel, index) => {
    const x = margin + (index % columns) * (panelWidth + gap)
    const y = headHeight + Math.floor(index / columns) * rowHeight
    return panelOf(panel, x, y, panelWidth)
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${escapeXml(title)}</title>
<desc id="description">${escapeXml(descriptionOf(subtitle, panels))}</desc>
<style>${styles}</style>
<rect class="paper" width="${width}" height="${height}" rx="8"/>
<text class="title" x="${margin}" y="34">${escapeXml(title)}</text>
<text class="note" x="${margin}" y="56">${escapeXml(subtitle)}</text>
${drawn.join('\n')}
</svg>
`
}

function panelOf({ title, bars }: Panel, x: number, y: number, panelWidth: number): string {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const room = panelWidth - labelWidth - figureWidth
  const lines = bars.map(({ label, value, text }, index) => {
    const top = y + titleHeight + index * barStep
    const length = Math.max(1, (value / most) * room)
    const start = x + labelWidth
    return `<text class="label" x="${start - 8}" y="${top + 11}">${escapeXml(label)}</text><rect class="bar ${escapeXml(label)}" x="${start}" y="${top}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/><text class="figure" x="${(start + length + 6).toFixed(1)}" y="${top + 11}">${escapeXml(text)}</text>`
  })
  return [`<text class="panel" x="${x}" y="${y + 18}">${escapeXml(title)}</text>`, ...lines].join('\n')
}

/** What the chart shows, for those who cannot see it. */
function descriptionOf(subtitle: string, panels: readonly Panel[]): string {
  const lines = panels.map(
    ({ title, bars }) => `${title}: ${bars.map(({ label, text }) => `${label} ${text}`).join(', ')}.`,
  )
  return [`${subtitle}.`, ...lines].join(' ')
}

const fills = (mode: 0 | 1) =>
  Object.entries(colours)
    .map(([name, pair]) => `.${name}{fill:${pair[mode]}}`)
    .join('')
const styles = [
  `text{font-family:system-ui,sans-serif;font-size:12px;fill:#1f2328}.paper{fill:#fff}.bar{fill:#57606a}`,
  `.title{font-size:18px;font-weight:600}.panel{font-size:13px;font-weight:600}.note,.label{fill:#57606a}.label{text-anchor:end}`,
  fills(0),
  `@media (prefers-color-scheme:dark){text{fill:#e6edf3}.paper{fill:#0d1117}.note,.label{fill:#9aa4ae}${fills(1)}}`,
].join('')

function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replaceAll(/[&<>"]/g, (character) => entities[character]!)
}
