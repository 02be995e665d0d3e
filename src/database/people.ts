import type { ClientBase, Pool } from 'pg'
import type { Role } from '../domain/role.ts'
import { toRfc3339 } from '../domain/timestamp.ts'

/** A row of `admin_people`; moments in RFC 3339. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly role: Exclude<Role, 'PUBLIC'>
  readonly createdAt: string
  readonly createdBy: string
  /** Null while they may sign in. */
  readonly disabledAt: string | null
}

const columns = `id, name, role, created_at::text AS "createdAt", created_by AS "createdBy",
  disabled_at::text AS "disabledAt"`

function toPerson(row: Person): Person {
  return {
    ...row,
    createdAt: toRfc3339(row.createdAt),
    disabledAt: row.disabledAt && toRfc3339(row.disabledAt),
  }
}

/** @returns null if the name is taken */
export async function insertPerson(
  client: ClientBase,
  person: Pick<Person, 'name' | 'role' | 'createdBy'> & { readonly passwordHash: string },
): Promise<Person | null> {
  const { rows } = await client.query<Person>(
    `INSERT INTO admin_people (name, role, password_hash, created_by) VALUES ($1, $2, $3, $4)
     ON CONFLICT (name) DO NOTHING RETURNING ${columns}`,
    [person.name, person.role, person.passwordHash, person.createdBy],
  )
  return rows[0] === undefined ? null : toPerson(rows[0])
}

/** Everybody, by name; those who may not sign in any more too. */
export async function listPeople(client: ClientBase | Pool): Promise<Person[]> {
  const { rows } = await client.query<Person>(`SELECT ${columns} FROM admin_people ORDER BY name`)
  return rows.map(toPerson)
}

/** A person by name, locked until the transaction ends. */
export async function lockPerson(client: ClientBase, name: string): Promise<Person | null> {
  const { rows } = await client.query<Person>(
    `SELECT ${columns} FROM admin_people WHERE name = $1 FOR UPDATE`,
    [name],
  )
  return rows[0] === undefined ? null : toPerson(rows[0])
}

/** What signing in compares with; null for a name that nobody has, or that may not sign in. */
export async function findCredentials(
  pool: Pool,
  name: string,
): Promise<{ readonly role: Role; readonly passwordHash: string } | null> {
  const { rows } = await pool.query<{ role: Role; passwordHash: string }>(
    `SELECT role, password_hash AS "passwordHash" FROM admin_people WHERE name = $1 AND disabled_at IS NULL`,
    [name],
  )
  return rows[0] ?? null
}

export interface PersonChange {
  readonly role?: Person['role']
  readonly passwordHash?: string
  readonly isDisabled?: boolean
}

/** Changes a person and ends their sessions, which were good for the person they were before. */
export async function updatePerson(
  client: ClientBase,
  name: string,
  { role, passwordHash, isDisabled }: PersonChange,
): Promise<void> {
  await client.query(
    `UPDATE admin_people SET role = coalesce($2, role), password_hash = coalesce($3, password_hash),
       disabled_at = CASE WHEN $4 THEN coalesce(disabled_at, now()) WHEN NOT $4 THEN NULL ELSE disabled_at END
     WHERE name = $1`,
    [name, role ?? null, passwordHash ?? null, isDisabled ?? null],
  )
  await client.query('DELETE FROM admin_sessions WHERE name = $1', [name])
}
