/** A rendition that is made of every picture that is at least as wide; of the smallest, of every picture. */
export interface ImagePreset {
  readonly key: string
  /** Pixels. */
  readonly width: number
}

const presets: readonly [ImagePreset, ...ImagePreset[]] = [
  { key: 'w320', width: 320 },
  { key: 'w640', width: 640 },
  { key: 'w1280', width: 1280 },
]

/** The rendition that every picture has. */
export const smallestPreset: ImagePreset = presets[0]

/** The presets of a picture: none that would only enlarge it, but the smallest. */
export function presetsFor(width: number | null): readonly ImagePreset[] {
  return presets.filter((preset) => preset === smallestPreset || (width !== null && preset.width <= width))
}
