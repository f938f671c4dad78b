/**
 * How sources and sinks reach files. Two modules keep this contract, chosen by the `#io` import: `io.node.ts` (the
 * file system) and `io.web.ts` (fetch, and a store in memory).
 */

/** Bytes that are read from front to back. */
export interface Input {
  /** Bytes in all, where known. */
  readonly size?: number
  /**
   * Reads at most `length` bytes to `into[offset]`; 0 at the end. Returns a promise only when it has to wait, so
   * that regular files cost no turn of the event loop.
   * @throws StreamlineError
   */
  read(into: Uint8Array, offset: number, length: number): number | Promise<number>
  /** Goes back to the first byte; left out where that is impossible. */
  rewind?(): void
  close(): void
}

/**
 * A file or pipe that is written without blocking the event loop. An existing file is emptied by the first write,
 * even one of nothing, and not before.
 */
export interface Output {
  /** Writes some or all of `bytes[offset .. offset+length)` and resolves with how many. @throws StreamlineError */
  write(bytes: Uint8Array, offset: number, length: number): Promise<number>
  /** Cuts `excess` bytes off the end of the file. Does nothing on pipes and devices. */
  cut(excess: number): void
  /** Closes; with `discard` also removes the file if opening it has created it. */
  close(discard?: boolean): void
}

/** A file that is written at once; regular files only. */
export interface FileHandle {
  /** Writes all of `bytes[from .. to)`. @throws StreamlineError: SL_DISK_FULL … */
  write(bytes: Uint8Array, from: number, to: number): void
  close(): void
}

/** What both modules behind `#io` export. */
export interface Io {
  /** Opens a file, or standard input for `-`. @throws SL_NO_FILE, SL_IS_DIRECTORY, SL_PERMISSION, SL_IO */
  openRead(path: string): Promise<Input>
  /** Opens a file for writing, with `append` at its end, or standard output for `-`; makes its directories. */
  openWrite(path: string, append?: boolean): Promise<Output>
  /** Creates or (with `append`) continues a file, making its directories. */
  createFile(path: string, append: boolean): FileHandle
  /** What `input` gives when it is gunzipped; all members of it. @throws SL_CAPTURE when it is damaged */
  gunzip(input: Input): Promise<Input>
}
