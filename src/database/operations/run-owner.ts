import { hostname } from 'node:os'

export const runOwner = `${hostname()}:${process.pid}`

/** False if the owner is a dead process of this host. For other hosts only the heartbeat counts. */
export function isOwnerAlive(owner: string): boolean {
  const at = owner.lastIndexOf(':')
  if (owner.slice(0, at) !== hostname()) return true
  try {
    process.kill(Number(owner.slice(at + 1)), 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
