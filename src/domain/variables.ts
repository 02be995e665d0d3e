/** The variables of a GraphQL operation, by name. */
export type Variables = Readonly<Record<string, unknown>>
