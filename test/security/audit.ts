import { schema as productSchema } from '../../src/schema/schema.ts'
import { startGraphApi, type GraphApiOptions } from '../support/graph-api.ts'
import type { TestDatabase } from '../support/database.ts'
import { startBlobServer } from '../support/blob-server.ts'
import { writeSmallGraph } from '../support/small-graph.ts'
import { accessAttacks, enumerateFields, guardedFieldsOf } from './access.ts'
import type { Attack, Verdict } from './attack.ts'
import { auditRows } from './audit-rows.ts'
import { documentAttacks, requestAttacks } from './documents.ts'
import { doorAttacks, productionAttacks } from './doors.ts'
import { injectionAttacks } from './injections.ts'
import { liveAttacks } from './live.ts'
import { takenBackAttacks } from './taken-back.ts'

export interface AuditOptions {
  readonly createDatabase: () => Promise<TestDatabase>
  readonly isTimed: boolean
  /** Attacks to run, by name; all by default. */
  readonly only?: RegExp
  readonly more?: readonly Attack[]
  /** A fault planted in the server. */
  readonly planted?: Pick<GraphApiOptions, 'schema' | 'armour'>
  onVerdict?(verdict: Verdict): void
}

/** Runs each attack on its own server, of the kind it needs. */
export async function runAudit({
  createDatabase,
  isTimed,
  only = /./,
  more = [],
  planted = {},
  onVerdict,
}: AuditOptions): Promise<Verdict[]> {
  const fields = guardedFieldsOf(productSchema)
  const open = [
    ...documentAttacks,
    ...requestAttacks,
    ...injectionAttacks,
    ...accessAttacks,
    ...enumerateFields(fields),
    auditRows(planted.schema ?? productSchema),
    ...liveAttacks,
    ...more,
  ]
  const production = [...productionAttacks, ...doorAttacks]
  const verdicts: Verdict[] = []
  const blob = await startBlobServer()
  try {
    for (const [env, all] of [
      [{ BLOB_READ_WRITE_TOKEN: blob.token }, open],
      [{ NODE_ENV: 'production' }, production],
      // Queries for whole types exceed the cost limit.
      [{ KB_MAX_COST: '1000000000', KB_MAX_DEPTH: '30' }, takenBackAttacks],
    ] as const) {
      const attacks = all.filter(({ name }) => only.test(name))
      if (attacks.length === 0) continue
      const api = await startGraphApi(writeSmallGraph, await createDatabase(), { env, ...planted })
      try {
        if (isTimed) for (const attack of documentAttacks) await attack.run({ api, isTimed: false }) // warm up the server
        for (const attack of attacks)
          for (const found of await attack.run({ api, isTimed })) {
            verdicts.push(found)
            onVerdict?.(found)
          }
      } finally {
        await api.stop()
      }
    }
    return verdicts
  } finally {
    await blob.stop()
  }
}
