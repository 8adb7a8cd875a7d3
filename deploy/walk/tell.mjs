// How the walk speaks: headings, sentences that are checked, a table.

let failures = 0;
let checks = 0;

export function heading(text) {
  console.log(`\n${text}\n${'-'.repeat(text.length)}`);
}

/** Prints a sentence with "ok" or "FAIL"; goes on either way, so that one run shows everything that is wrong. */
export function check(sentence, held, detail) {
  checks += 1;
  if (!held) failures += 1;
  console.log(`  ${held ? 'ok  ' : 'FAIL'} ${sentence}`);
  if (!held && detail !== undefined) console.log(`       found: ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`);
  return held;
}

/** Rows of cells in columns of these widths (the last as wide as it wants); the first row is the heading. */
export function table(rows, widths) {
  const line = (cells) => cells.map((cell, column) => fit(cell, widths[column])).join('  ').trimEnd();
  const [head, ...rest] = rows;
  console.log(`\n  ${line(head)}\n  ${line(head.map((cell, column) => '-'.repeat(widths[column] ?? String(cell).length)))}`);
  for (const row of rest) console.log(`  ${line(row)}`);
  console.log();
}

const fit = (text, width) => {
  const cell = String(text ?? '');
  if (width === undefined) return cell;
  return cell.length > width ? `${cell.slice(0, width - 1)}…` : cell.padEnd(width);
};

export function finish() {
  console.log(failures === 0 ? `\nAll ${checks} checks hold.` : `\n${failures} of ${checks} checks FAILED.`);
  return failures === 0 ? 0 : 1;
}
