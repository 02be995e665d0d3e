import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSetupError } from '../connection/database-setup-error.ts'

/** Who runs the server's processes. PostgreSQL refuses to run as root, so root steps down to someone else. */
export interface Account {
  uid: number
  gid: number
}

/** Accounts that a machine may have for this, best first. */
const candidates = ['postgres', 'node', 'nobody']

/**
 * The account for a cluster: null for whoever is not root (no change), else the owner of the files that are
 * there already, else the first of `postgres`, `node` and `nobody` that the machine knows.
 */
export function accountFor(clusterFolder: string): Account | null {
  if (process.getuid?.() !== 0) return null
  if (existsSync(clusterFolder)) {
    const { uid, gid } = statSync(clusterFolder)
    if (uid !== 0) return { uid, gid }
  }
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const name of candidates) {
    const row = rows.find((fields) => fields[0] === name)
    if (row !== undefined && Number(row[2]) !== 0) return { uid: Number(row[2]), gid: Number(row[3]) }
  }
  throw new DatabaseSetupError(
    `PostgreSQL refuses to run as root, and this machine has none of the accounts ${candidates.join(', ')}. ` +
      'Start as an ordinary user, or set DATABASE_URL.',
  )
}

/** Whether an account may enter every folder down to `path` and read what is there; ACLs are not looked at. */
export function isReachable(path: string, account: Account): boolean {
  for (let current = path; ; current = dirname(current)) {
    const { mode, uid, gid } = statSync(current)
    const bits = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode
    if ((bits & 0o1) === 0 || (current === path && (bits & 0o4) === 0)) return false
    if (current === dirname(current)) return true
  }
}

/** Linux has setpriv in its base system (util-linux); macOS has nothing like it. */
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))

/**
 * Starts a program as an account. Where that account may not enter one of `paths` (a clone below /root, mode 0700),
 * the program keeps of all root's rights the one to pass file permissions, and no other.
 *
 * @throws {DatabaseSetupError} when that right cannot be kept
 */
export function spawnAs(
  account: Account | null,
  paths: string[],
  program: string,
  args: string[],
  options: SpawnOptions,
): ChildProcess {
  if (account === null) return spawn(program, args, options)
  const closed = paths.find((path) => !isReachable(path, account))
  if (closed === undefined) return spawn(program, args, { ...options, ...account })
  if (setpriv === undefined) {
    throw new DatabaseSetupError(
      `PostgreSQL refuses to run as root, and the account it would run as (uid ${account.uid}) may not enter ${closed}. ` +
        'Start as an ordinary user, move the folder (KB_DATA_DIR for the data) to where others may enter, or set DATABASE_URL.',
    )
  }
  // Without the securebit the right does not count for access(2), by which PostgreSQL looks at its own programs.
  const rights = [
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--securebits=+no_setuid_fixup',
  ]
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups']
  return spawn(setpriv, [...identity, ...rights, '--', program, ...args], options)
}
