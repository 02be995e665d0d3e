/** Something that is not compiled; the document takes the ordinary way. */
export class NotCompiledError extends Error {
  override name = 'NotCompiledError'
}
