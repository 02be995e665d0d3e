import { hostname } from 'node:os'

/** This process, as the runs that it records name it. */
export const runOwner = `${hostname()}:${process.pid}`

/** False if the owner is a process of this host that is gone. Of another host only the heartbeat tells. */
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
