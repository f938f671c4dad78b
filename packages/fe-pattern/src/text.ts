/** What both modules behind `#text` export. */
export interface Text {
  /**
   * The whole of a file (in a browser: of what is fetched from there) as UTF-8.
   * @param most bytes that it may have
   * @throws SL_NO_FILE, SL_IS_DIRECTORY, SL_PERMISSION, SL_IO; SL_PATTERN when it is too long or not UTF-8
   */
  readText(path: string, most: number): Promise<string>
}
