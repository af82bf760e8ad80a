import { hostname, userInfo } from 'node:os';

/** Who does something, and when: for the record. */
export function signature(): { readonly by: string; readonly at: string } {
  return { by: `${userInfo().username}@${hostname()}`, at: new Date().toISOString() };
}
