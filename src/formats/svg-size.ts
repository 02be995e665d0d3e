/** The pixel size of an SVG (`width` and `height`, else `viewBox`), or null. */
export function readSvgSize(svg: string): { width: number; height: number } | null {
  const root = /<svg\b[^>]*>/.exec(svg)?.[0] ?? ''
  const attribute = (name: string) =>
    new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(root)?.[1]?.trim()
  const [, , boxWidth, boxHeight] = (attribute('viewBox') ?? '').split(/[\s,]+/)
  const width = readPixels(attribute('width') ?? boxWidth)
  const height = readPixels(attribute('height') ?? boxHeight)
  return width === null || height === null ? null : { width, height }
}

function readPixels(text: string | undefined): number | null {
  const number =
    text !== undefined && /^\d+(\.\d+)?(px)?$/.test(text) ? Math.round(Number.parseFloat(text)) : 0
  return number > 0 ? number : null
}
