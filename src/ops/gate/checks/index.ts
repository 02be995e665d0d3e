import { blobFallbackCheck } from './blob-fallback.ts'
import type { Check } from './check.ts'
import { contentStateCheck } from './content-state.ts'
import { graphHashesCheck } from './graph-hashes.ts'
import { knowledgeDriftCheck } from './knowledge-drift.ts'
import { ledgerCheck } from './ledger.ts'
import { neonDrillCheck } from './neon-drill.ts'
import { parityCheck } from './parity.ts'
import { runsCheck } from './runs.ts'
import { schemaCheck } from './schema.ts'
import { storageBackendCheck } from './storage-backend.ts'

/** The release checklist: quick and decisive checks first. */
export const checks: readonly Check[] = [
  schemaCheck,
  storageBackendCheck,
  ledgerCheck,
  runsCheck,
  contentStateCheck,
  graphHashesCheck,
  parityCheck,
  knowledgeDriftCheck,
  blobFallbackCheck,
  neonDrillCheck,
]
