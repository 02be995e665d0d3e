export interface Constellation {
  readonly graphHash: string
  /** JSON text in chunks; valid only within the borrowing function. */
  readonly chunks: AsyncIterable<string | Uint8Array>
}

export interface ConstellationReader {
  /** Lends `{ nodes, edges, domains, meta }`: nodes by slug, edges by relation, source and target. Memory stays flat. */
  withConstellation<Result>(use: (constellation: Constellation) => Promise<Result>): Promise<Result>
}
