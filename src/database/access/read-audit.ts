import type { Pool } from 'pg'
import type { AuditEntry as AuditRow } from '../../generated/prisma/client.ts'
import { rows } from './rows.ts'

export type AuditEntry = Omit<AuditRow, 'id'> & { readonly id: number }

export interface AuditFilter {
  readonly actor?: string | undefined
  readonly operation?: string | undefined
  readonly target?: string | undefined
  readonly since?: string | undefined
  readonly limit: number
}

export async function readAudit(
  pool: Pool,
  { actor, operation, target, since, limit }: AuditFilter,
): Promise<AuditEntry[]> {
  const entries = await rows(pool, (prisma) =>
    prisma.auditEntry.findMany({
      where: {
        ...(actor !== undefined && { actor }),
        ...(operation !== undefined && { operation }),
        ...(target !== undefined && { targetKey: target }),
        ...(since !== undefined && { at: { gte: new Date(since) } }),
      },
      orderBy: { id: 'desc' },
      take: limit,
    }),
  )
  return entries.map((entry) => ({ ...entry, id: Number(entry.id) }))
}
