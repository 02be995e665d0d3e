/** In ascending order: each role includes the ones before it. */
export const roles = ['PUBLIC', 'EDITOR', 'OPERATOR', 'ADMIN'] as const
export type Role = (typeof roles)[number]

export interface Actor {
  readonly role: Role
  readonly name: string | null
  readonly tokenId?: string | null
  /** When the session or token expires, in RFC 3339; undefined for the public. */
  readonly expiresAt?: string
}

export const publicActor: Actor = { role: 'PUBLIC', name: null }

export function hasRole(actor: Actor, needed: Role): boolean {
  return roles.indexOf(actor.role) >= roles.indexOf(needed)
}

export function actorName(door: string, { name, role }: Actor): string {
  return `${door}:${name ?? role.toLowerCase()}`
}
