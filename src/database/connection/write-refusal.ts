import { sqlStateOf } from './connection-loss.ts'

/** Why the database refuses a statement whatever it says, and what to do. */
export interface WriteRefusal {
  readonly kind: 'read-only' | 'right-missing'
  /** For an operator: it names the object. */
  readonly message: string
}

const readOnly = '25006'
const insufficientPrivilege = '42501'

/** What is meant where a database is read-only or the role of the connection lacks a right; null for any other error. */
export function writeRefusalOf(error: unknown): WriteRefusal | null {
  const state = sqlStateOf(error)
  if (state === readOnly)
    return {
      kind: 'read-only',
      message: `The database is read-only (${(error as Error).message}): it is a standby, or default_transaction_read_only is on for the role or the database. Let DATABASE_URL name the primary, or switch that off.`,
    }
  if (state === insufficientPrivilege)
    return {
      kind: 'right-missing',
      message: `The role of the database connection lacks a right (${(error as Error).message}). Grant it, or connect as the owner of the tables.`,
    }
  return null
}
