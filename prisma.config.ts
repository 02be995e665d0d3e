import { defineConfig } from 'prisma/config'

const { DIRECT_DATABASE_URL, DATABASE_URL, POSTGRES_URL } = process.env

// With none of them, scripts/prisma.mjs fills in the embedded database; `generate` and `validate` need none.
const url = DIRECT_DATABASE_URL || DATABASE_URL || POSTGRES_URL || ''

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  // Shadow databases are made on the same server, each under a name of its own (scripts/prisma/adapter-factory.mjs).
  datasource: { url },
})
