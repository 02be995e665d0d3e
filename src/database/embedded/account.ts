import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSetupError } from '../connection/database-setup-error.ts'

export interface Account {
  uid: number
  gid: number
}

const candidates = ['postgres', 'node', 'nobody']

/** Null unless root; else the owner of existing files, or the first candidate account that exists. */
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

/** Whether an account can enter every folder down to `path` and read its content; ignores ACLs. */
export function isReachable(path: string, account: Account): boolean {
  for (let current = path; ; current = dirname(current)) {
    const { mode, uid, gid } = statSync(current)
    const bits = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode
    if ((bits & 0o1) === 0 || (current === path && (bits & 0o4) === 0)) return false
    if (current === dirname(current)) return true
  }
}

/** Part of Linux's base system (util-linux); macOS has no equivalent. */
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))

/**
 * Starts a program as an account. If the account cannot enter one of `paths` (a clone below /root, mode
 * 0700), the program keeps a single root capability: to bypass file permissions.
 * @throws {DatabaseSetupError} when that capability cannot be kept
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
  // Without the securebit the capability does not apply to access(2), with which PostgreSQL checks its own
  // programs.
  const rights = [
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--securebits=+no_setuid_fixup',
  ]
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups']
  return spawn(setpriv, [...identity, ...rights, '--', program, ...args], options)
}
