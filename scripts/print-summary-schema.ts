// Prints the JSON Schema of the structured summary to docs/operation-summary.schema.json; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { z } from 'zod'
import { operationSummarySchema } from '../src/ops/run/summary.ts'

const path = join(import.meta.dirname, '..', 'docs', 'operation-summary.schema.json')
const schema = {
  title: 'Structured summary of an operation',
  description: 'What `kb <verb> --json` prints and every run keeps.',
  ...z.toJSONSchema(operationSummarySchema),
}
const text = await format(JSON.stringify(schema), { ...(await resolveConfig(path)), filepath: path })
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (readFileSync(path, 'utf8') !== text) {
  process.stderr.write(
    'docs/operation-summary.schema.json is not what the code says; run `npm run schema:print`.\n',
  )
  process.exitCode = 1
}
