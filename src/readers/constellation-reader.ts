/** The published graph as `GET /api/constellation` tells it, of one state of the graph. */
export interface Constellation {
  readonly graphHash: string
  /** The JSON text, piece by piece; to be read within the borrowing function. */
  readonly chunks: AsyncIterable<string | Uint8Array>
}

export interface ConstellationReader {
  /**
   * Lends the constellation to `use`: `{ nodes, edges, domains, meta }`, nodes by slug, edges by relation, source and
   * target. Hash and rows are of the same state; memory stays flat however large the graph is.
   *
   * @example reader.withConstellation(({ chunks }) => pipeline(Readable.from(chunks), response))
   */
  withConstellation<Result>(use: (constellation: Constellation) => Promise<Result>): Promise<Result>
}
