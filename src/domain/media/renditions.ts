export interface Rendition {
  readonly preset: string
  readonly url: string
  readonly mimeType: string
  readonly width: number | null
  readonly height: number | null
  readonly isStale: boolean
}

export interface BestFitRequest {
  readonly minWidth?: number | null | undefined
  readonly minHeight?: number | null | undefined
  readonly preset?: string | null | undefined
  readonly accept?: readonly string[] | null | undefined
}

/** The smallest rendition that covers the requested size; ties by preset. Never a stale one. */
export function bestFit<R extends Rendition>(renditions: readonly R[], request: BestFitRequest): R | null {
  const { minWidth, minHeight, preset, accept } = request
  const area = (rendition: Rendition) => (rendition.width ?? 0) * (rendition.height ?? 0)
  const fitting = renditions.filter(
    (rendition) =>
      !rendition.isStale &&
      (preset == null || rendition.preset === preset) &&
      (accept == null || accept.some((range) => isAccepted(range, rendition.mimeType))) &&
      (minWidth == null || (rendition.width ?? 0) >= minWidth) &&
      (minHeight == null || (rendition.height ?? 0) >= minHeight),
  )
  return fitting.toSorted((a, b) => area(a) - area(b) || (a.preset < b.preset ? -1 : 1))[0] ?? null
}

function isAccepted(range: string, mimeType: string): boolean {
  return (
    range === '*/*' || range === mimeType || (range.endsWith('/*') && mimeType.startsWith(range.slice(0, -1)))
  )
}

/** An HTML `srcset` with width descriptors, narrowest first; `format` null for all. */
export function srcSetOf(
  renditions: readonly Rendition[],
  format: string | null,
  toAddress: (url: string) => string,
): string | null {
  const candidates = renditions.filter(
    ({ mimeType, width, isStale }) =>
      !isStale &&
      width !== null &&
      (format === null || mimeType === format || mimeType === `image/${format}`),
  )
  if (candidates.length === 0) return null
  return candidates
    .toSorted((a, b) => a.width! - b.width!)
    .map(({ url, width }) => `${toAddress(url)} ${width}w`)
    .join(', ')
}
