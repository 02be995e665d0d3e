import { historyProblems, readSchemaState, type SchemaState } from '../../../database/schema/state.ts'
import type { Finding } from '../../run/summary.ts'
import { outcomeOf, type Check } from './check.ts'

export const schemaCheck: Check = {
  name: 'schema',
  invariant: 'Every schema migration of this build is applied, unchanged, and no other.',
  async prove({ pool }) {
    const state = await readSchemaState(pool)
    const [first = 'none'] = [...state.applied, ...state.pending]
    const without = { ...state, applied: state.applied.slice(1), pending: [first] }
    return judge(without).length > 0 && judge({ ...state, unknown: ['20990101000000_planted'] }).length > 0
  },
  async run({ pool }) {
    const state = await readSchemaState(pool)
    return outcomeOf(judge(state), `${state.applied.length} applied`)
  },
}

function judge(state: SchemaState): Finding[] {
  const pending = state.pending.map(
    (name) => `The schema migration ${name} is pending; apply it with \`npm run migrate:kb-schema:apply\`.`,
  )
  return [...pending, ...historyProblems(state)].map((message) => ({
    code: 'gate.schema',
    severity: 'error',
    subject: 'schema',
    message,
  }))
}
