/* global WebAssembly */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'

const gluePath = fileURLToPath(import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'))

let panicMessage

/** What the engine's Rust code last said when it panicked; undefined while it is well. */
export const lastPanic = () => panicMessage

let loading

/**
 * Loads Prisma's schema engine as WebAssembly, once.
 * @returns {Promise<typeof glue.SchemaEngine>} the class whose `new` makes an engine
 */
export const loadSchemaEngine = () => (loading ??= load())

async function load() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message: (message) => {
      panicMessage = message
    },
  }
  const bytes = readFileSync(gluePath.replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return glue.SchemaEngine
}
