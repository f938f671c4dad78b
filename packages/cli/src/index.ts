/**
 * The `streamline` command. Its manual is `docs/reference/cli.md`; data goes to standard output, talk to standard
 * error, and the exit code says what happened.
 * @packageDocumentation
 */
export { main } from './main.js'
