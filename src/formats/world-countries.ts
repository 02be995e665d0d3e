import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Country } from 'world-countries'
import { sha256Hex } from '../domain/hash.ts'

export interface WorldCountries {
  readonly version: string
  readonly countries: readonly Country[]
  /** SHA-256 of `countries.json`. */
  readonly documentHash: string
  readFlag(country: Country): Promise<Buffer>
}

/** Reads the installed package `world-countries`, in file order. */
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
