import { builder } from '../base/builder.ts'

/** How far a run is, of an operation or of an import. */
export const RunStatus = builder.enumType('RunStatus', {
  values: ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const,
})
