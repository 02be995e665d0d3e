/**
 * A Prisma model's row as read by SQL: timestamps in RFC 3339 with six digits (a `Date` has three), bigints
 * as numbers.
 * @typeParam Known narrower types for some columns
 */
export type SqlRow<Model, Known = object> = Readonly<
  { [Name in Exclude<keyof Model, keyof Known>]: SqlValue<Model[Name]> } & Known
>

type SqlValue<Value> = Value extends Date ? string : Value extends bigint ? number : Value
