/** In rising order: each role may do what those before it may. */
export const roles = ['PUBLIC', 'EDITOR', 'OPERATOR', 'ADMIN'] as const
export type Role = (typeof roles)[number]

/** Who asks. Nobody signed in is the public, without a name. */
export interface Actor {
  readonly role: Role
  readonly name: string | null
  /** The API token they came with, if they did. */
  readonly tokenId?: string | null
  /** When the session or the token ends, in RFC 3339; undefined for the public. */
  readonly expiresAt?: string
}

export const publicActor: Actor = { role: 'PUBLIC', name: null }

/** Whether an actor may do what asks for a role. */
export function hasRole(actor: Actor, needed: Role): boolean {
  return roles.indexOf(actor.role) >= roles.indexOf(needed)
}

/** The actor as histories and ledgers name it, for example `graphql:admin`. */
export function actorName(door: string, { name, role }: Actor): string {
  return `${door}:${name ?? role.toLowerCase()}`
}
