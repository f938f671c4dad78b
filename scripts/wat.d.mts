/** The module's text as the package ships it. */
export function assembled(): Promise<string>
/** Where it stands. */
export const path: string
