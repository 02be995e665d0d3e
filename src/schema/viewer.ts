import { hasRole, roles, type Actor } from '../domain/access/role.ts'
import { builder } from './base/builder.ts'
import { Role } from './base/roles.ts'

const Viewer = builder.objectRef<Actor>('Viewer')
Viewer.implement({
  fields: (t) => ({
    role: t.expose('role', { type: Role }),
    name: t.exposeString('name', { nullable: true }),
    permissions: t.stringList({ resolve: (actor) => roles.filter((role) => hasRole(actor, role)) }),
    tokenExpiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the API token, or the session, ends.',
      resolve: ({ expiresAt }) => expiresAt ?? null,
    }),
  }),
})

builder.queryFields((t) => ({
  viewer: t.field({ type: Viewer, resolve: (_, __, { actor }) => actor }),
}))
