import { readFileSync } from 'node:fs'
import { parse, validate, type GraphQLSchema } from 'graphql'
import { z } from 'zod'
import { SettingsError } from '../../errors.ts'

export type TrustedDocuments = ReadonlyMap<string, string>

const manifest = z.record(z.string().min(1), z.string().min(1))

/**
 * Reads a manifest `{ "<id>": "query …" }` as printed by relay-compiler or graphql-codegen's client preset. Every document must
 * be valid.
 * @throws SettingsError naming each invalid document
 */
export function readTrustedDocuments(path: string, schema: GraphQLSchema): TrustedDocuments {
  const documents = new Map(Object.entries(readManifest(path)))
  const problems = [...documents].flatMap(([id, text]) => {
    const fault = faultOf(text, schema)
    return fault === null ? [] : [`KB_TRUSTED_DOCUMENTS: the document ${id} is not valid here: ${fault}`]
  })
  if (problems.length > 0) throw new SettingsError(problems.slice(0, 20))
  return documents
}

function readManifest(path: string): Record<string, string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'cannot be read'
    throw new SettingsError([`KB_TRUSTED_DOCUMENTS names ${path}, which ${reason}.`])
  }
  try {
    return manifest.parse(JSON.parse(text))
  } catch {
    throw new SettingsError([
      `KB_TRUSTED_DOCUMENTS names ${path}, which is not a manifest; it must be a JSON object of documents by id.`,
    ])
  }
}

function faultOf(text: string, schema: GraphQLSchema): string | null {
  try {
    return validate(schema, parse(text))[0]?.message ?? null
  } catch (error) {
    return (error as Error).message
  }
}
