const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t' }

/** Quoted text: `\"`, `\\`, `\n`, `\t`, and `\xHH` for other control characters; all else stands for itself. */
export const quote = (value: string): string =>
  `"${value.replace(/["\\\u0000-\u001f\u007f-\u009f]/g, (c) => SHORT[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`

/** A value as it reads best: bare where that is plainly possible. */
export const valueText = (value: string): string => (/^[A-Za-z0-9_./:+@%{}*-]+$/.test(value) ? value : quote(value))
