import { readFileSync, writeFileSync } from 'node:fs'
import { printSchemaWithDirectives } from '@graphql-tools/utils'
import { lexicographicSortSchema } from 'graphql'
import { format } from 'prettier'
import { schema } from '../src/schema/schema.ts'

// `npm run schema:print` writes schema.graphql; with --check it only tells whether the file is true (`npm run check`).
const file = new URL('../schema.graphql', import.meta.url)
const printed = await format(printSchemaWithDirectives(lexicographicSortSchema(schema)), {
  parser: 'graphql',
})
if (!process.argv.includes('--check')) writeFileSync(file, printed)
else if (readFileSync(file, 'utf8') !== printed) {
  console.error('schema.graphql is not what the code says; run `npm run schema:print` and commit it.')
  process.exitCode = 1
}
