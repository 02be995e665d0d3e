import { sqlStateOf } from './connection-loss.ts'

/** Why the database refuses every write, and what to do. */
export interface WriteRefusal {
  readonly kind: 'read-only' | 'right-missing'
  readonly message: string
}

const readOnly = '25006'
const insufficientPrivilege = '42501'

/** The refusal if the database is read-only or the role lacks a privilege; null for any other error. */
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
