import { readIdentity } from '../../../database/connection/database-identity.ts'
import type { Finding } from '../../run/summary.ts'
import { outcomeOf, type Check } from './check.ts'

interface Backend {
  readonly active: string
  readonly environment: string
}

/** In production neon is canonical; the other backends are fallbacks and migration sources. */
export const storageBackendCheck: Check = {
  name: 'storage-backend',
  invariant: 'The content state is served from the canonical backend.',
  prove: () => Promise.resolve(judge({ active: 'blob', environment: 'production' }).length > 0),
  async run({ pool, storage }) {
    const { environment } = await readIdentity(pool)
    return outcomeOf(judge({ active: storage.active, environment }), `${storage.active} (${environment})`)
  },
}

function judge({ active, environment }: Backend): Finding[] {
  if (active === 'neon') return []
  return [
    {
      code: 'gate.backend',
      severity: environment === 'production' ? 'error' : 'warning',
      subject: 'ADMIN_STORAGE_BACKEND',
      message: `ADMIN_STORAGE_BACKEND is ${active}; the canonical backend is neon.`,
    },
  ]
}
