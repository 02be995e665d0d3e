/** The request falls back to the full pipeline. */
export class NotCompiledError extends Error {
  override name = 'NotCompiledError'
}
