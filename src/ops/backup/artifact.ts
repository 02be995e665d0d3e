import { byteSizeOf } from './files.ts'
import { schemaVersionOf } from './manifest.ts'
import type { Backup } from './create.ts'

export interface ArtifactReport {
  readonly id: string
  readonly directory: string
  readonly format: string
  readonly byteSize: number
  /** SHA-256 of the manifest, which contains the SHA-256 of every file. */
  readonly sha256: string
  readonly createdAt: string
  readonly graphHash: string
  readonly schemaVersion: string
}

export function describeArtifact({ directory, manifest }: Backup): ArtifactReport {
  return {
    id: manifest.id,
    directory,
    format: `${manifest.format}/${manifest.formatVersion}`,
    byteSize: byteSizeOf(manifest),
    sha256: manifest.hash,
    createdAt: manifest.createdAt,
    graphHash: manifest.graph.hash,
    schemaVersion: schemaVersionOf(manifest),
  }
}
