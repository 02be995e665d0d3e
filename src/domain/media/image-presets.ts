/** A rendition made of every picture at least as wide; the smallest, of every picture. */
export interface ImagePreset {
  readonly key: string
  readonly width: number
}

const presets: readonly [ImagePreset, ...ImagePreset[]] = [
  { key: 'w320', width: 320 },
  { key: 'w640', width: 640 },
  { key: 'w1280', width: 1280 },
]

export const smallestPreset: ImagePreset = presets[0]

/** A picture's presets: those that do not enlarge it, and always the smallest. */
export function presetsFor(width: number | null): readonly ImagePreset[] {
  return presets.filter((preset) => preset === smallestPreset || (width !== null && preset.width <= width))
}
