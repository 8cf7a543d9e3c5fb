/**
 * The password or token of an account, by the name of its transport; null: there is none. Asked each time, so that a secret may
 * change; who throws has none. `user`: as the transport names it.
 */
export type SecretOf = (account: string, user: string) => string | null | Promise<string | null>;
