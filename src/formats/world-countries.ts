import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Country } from 'world-countries'
import { sha256Hex } from '../domain/hash.ts'

/** The package `world-countries` as it is installed. */
export interface WorldCountries {
  readonly version: string
  readonly countries: readonly Country[]
  /** SHA-256 of the file `countries.json`. */
  readonly documentHash: string
  /** The flag of a country as SVG. */
  readFlag(country: Country): Promise<Buffer>
}

/** Reads the package; its countries in the order of its file. */
export async function readWorldCountries(): Promise<WorldCountries> {
  const folder = dirname(createRequire(import.meta.url).resolve('world-countries/package.json'))
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
  const bytes = await readFile(join(folder, 'countries.json'))
  return {
    version: manifest.version,
    countries: JSON.parse(bytes.toString('utf8')) as Country[],
    documentHash: sha256Hex(bytes),
    readFlag: (country) => readFile(join(folder, 'data', `${country.cca3.toLowerCase()}.svg`)),
  }
}
