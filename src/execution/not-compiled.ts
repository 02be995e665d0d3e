/** Something that is not compiled; the request falls back to the full pipeline. */
export class NotCompiledError extends Error {
  override name = 'NotCompiledError'
}
