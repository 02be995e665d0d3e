import type { Country } from 'world-countries'
import { hashRecipe } from '../../domain/graph/content-hash.ts'
import { smallestPreset } from '../../domain/media/image-presets.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import { readSvgSize } from '../../formats/svg-size.ts'
import type { WorldCountries } from '../../formats/world-countries.ts'
import type { WorldFlag } from '../../formats/world-payload.ts'
import type { MediaFiles } from '../../storage/media-files.ts'
import { createImageRenderer, type ImageRenderer } from '../../storage/render-image.ts'

const preset = smallestPreset
/** Concurrent flags: the number of libuv threads. */
const concurrency = 4

export interface StoredFlags {
  readonly flags: readonly WorldFlag[]
  readonly reasonWithoutDerivatives: string | null
}

/** Stores every country's flag and, if pictures can be rendered, one derivative each. */
export async function storeFlagPictures(files: MediaFiles, world: WorldCountries): Promise<StoredFlags> {
  const made = await createImageRenderer()
  const renderer = 'reason' in made ? null : made
  const flags: WorldFlag[] = []
  const queue = [...world.countries.entries()]
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, country] = next
      flags[index] = await storeFlag(files, renderer, country, await world.readFlag(country))
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return { flags, reasonWithoutDerivatives: 'reason' in made ? made.reason : null }
}

async function storeFlag(
  files: MediaFiles,
  renderer: ImageRenderer | null,
  country: Country,
  bytes: Buffer,
): Promise<WorldFlag> {
  const file = await files.put(bytes, 'svg')
  const flag = {
    cca3: country.cca3,
    countryName: country.name.common,
    ...file,
    size: readSvgSize(bytes.toString('utf8')),
  }
  if (renderer === null) return { ...flag, derivatives: [] }
  const image = await renderer.render(bytes, preset.width)
  const made = await files.put(image.bytes, image.extension)
  const derivative: JsonObject = {
    preset: preset.key,
    url: made.url,
    mimeType: image.mimeType,
    width: image.width,
    height: image.height,
    byteSize: made.byteSize,
    contentHash: made.hash,
    recipeHash: hashRecipe(file.hash, preset.key),
  }
  return { ...flag, derivatives: [derivative] }
}
