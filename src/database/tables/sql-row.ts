/**
 * A row of a Prisma model as SQL gives it here: moments in RFC 3339 with all six digits, where a `Date` has three, and big
 * integers as numbers.
 *
 * @typeParam Known what is known better than the model says
 */
export type SqlRow<Model, Known = object> = Readonly<
  { [Name in Exclude<keyof Model, keyof Known>]: SqlValue<Model[Name]> } & Known
>

type SqlValue<Value> = Value extends Date ? string : Value extends bigint ? number : Value
