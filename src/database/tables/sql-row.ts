/** A model's row as SQL returns it: RFC 3339 with six digits, and bigints as numbers. */
export type SqlRow<Model, Known = object> = Readonly<
  { [Name in Exclude<keyof Model, keyof Known>]: SqlValue<Model[Name]> } & Known
>

type SqlValue<Value> = Value extends Date ? string : Value extends bigint ? number : Value
