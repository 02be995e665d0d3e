import type { ArtifactReport } from '../../ops/backup/artifact.ts'
import { builder } from '../base/builder.ts'

const prefix = 'urn:knowledge-backbone:backup:'

/** A backup by id; its location stays private. */
export const BackupArtifact = builder.objectRef<ArtifactReport>('BackupArtifact')
BackupArtifact.implement({
  fields: (t) => ({
    url: t.field({ type: 'URL', resolve: ({ id }) => `${prefix}${id}` }),
    format: t.exposeString('format'),
    byteSize: t.expose('byteSize', { type: 'Long' }),
    sha256: t.expose('sha256', { type: 'SHA256' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    expiresAt: t.field({ type: 'DateTime', nullable: true, resolve: () => null }),
    graphHash: t.expose('graphHash', { type: 'SHA256' }),
    schemaVersion: t.exposeString('schemaVersion'),
  }),
})

/** A backup's id, plain or as its address; null for anything else, such as a path. */
export function backupIdOf(text: string): string | null {
  const id = text.startsWith(prefix) ? text.slice(prefix.length) : text
  return /^[\w-]+$/.test(id) ? id : null
}

export function artifactsOf(report: Readonly<Record<string, unknown>>): ArtifactReport[] {
  return Object.values(report).filter(isArtifact)
}

function isArtifact(value: unknown): value is ArtifactReport {
  return typeof value === 'object' && value !== null && 'graphHash' in value && 'schemaVersion' in value
}
