import type { ArtifactReport } from '../../ops/backup/artifact.ts'
import { builder } from '../base/builder.ts'

const prefix = 'urn:knowledge-backbone:backup:'

/** A backup by its id; where it lies is the server's business. */
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

/** The id of a backup as a client writes it, by itself or as its address; null for anything else, such as a path. */
export function backupIdOf(text: string): string | null {
  const id = text.startsWith(prefix) ? text.slice(prefix.length) : text
  return /^[\w-]+$/.test(id) ? id : null
}

/** The backups that a report names, each as a member of its own. */
export function artifactsOf(report: Readonly<Record<string, unknown>>): ArtifactReport[] {
  return Object.values(report).filter(isArtifact)
}

function isArtifact(value: unknown): value is ArtifactReport {
  return typeof value === 'object' && value !== null && 'graphHash' in value && 'schemaVersion' in value
}
