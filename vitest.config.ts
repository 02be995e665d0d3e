import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    // Vitest would load graphql twice, as ESM and as CommonJS, and graphql refuses "another module or realm".
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql/index.js')) }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/database-run.ts'],
    maxWorkers: '100%', // files spend much of their time waiting for PostgreSQL
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
