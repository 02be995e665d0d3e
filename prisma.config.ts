import { defineConfig } from 'prisma/config'

// `npm run db:*` sets DIRECT_DATABASE_URL; `prisma generate` and `validate` need no database at all.
export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DIRECT_DATABASE_URL'] ?? process.env['DATABASE_URL'] ?? process.env['POSTGRES_URL'] ?? '' },
})
