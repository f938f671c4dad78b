/** Columns: `<` to the left, `>` to the right (numbers). */
export type Align = '<' | '>'

/** Rows of cells in aligned columns, two blanks apart; no blanks at the end of a line. */
export const table = (rows: readonly (readonly string[])[], align: readonly Align[]): string[] => {
  const widths = align.map((_, column) => rows.reduce((most, row) => Math.max(most, row[column]!.length), 0))
  return rows.map((row) =>
    align
      .map((side, column) => {
        const cell = row[column]!
        return side === '<' ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
      })
      .join('  ')
      .trimEnd(),
  )
}
