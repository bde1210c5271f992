import type { SourceFile } from '../document/source_file.ts';
import { Text } from '../document/text.ts';

/** The cells of a CSV file (RFC 4180), row by row, each with its place, without blanks around; empty lines are left out. Faults are reported. */
export function readCsv(file: SourceFile): Text[][] {
  const { text } = file;
  file.lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) file.lines.addNewLine(index + 1);
  const rows: Text[][] = [];
  let row: Text[] = [];
  for (let at = 0; at < text.length; ) {
    const { cell, end } = readCell(file, at);
    row.push(cell);
    at = end;
    if (text[at] === ',') {
      at++;
      if (at < text.length) continue;
      row.push(new Text('', file, { start: at, end: at }));
    }
    if (row.length > 1 || row[0]!.value !== '') rows.push(row);
    row = [];
    at += text.startsWith('\r\n', at) ? 2 : 1;
  }
  return rows;
}

/** One cell, and where it ends: at a comma, a line end or the end of the file. */
function readCell(file: SourceFile, from: number): { cell: Text; end: number } {
  const start = from + matchAt(/[ \t\ufeff]*/y, file.text, from)[0].length;
  if (file.text[start] !== '"') {
    const value = matchAt(/[^,\r\n]*/y, file.text, start)[0];
    const trimmed = value.replace(/[ \t]+$/, '');
    return {
      cell: new Text(trimmed, file, { start, end: start + trimmed.length }),
      end: start + value.length,
    };
  }
  const [written, inside = '', close] = matchAt(/"((?:[^"]|"")*)("?)/y, file.text, start);
  const end = start + written.length;
  const cell = new Text(inside.replaceAll('""', '"'), file, { start, end });
  const [behind] = matchAt(/[^,\r\n]*/y, file.text, end);
  if (close === '') cell.report('csv_quote', 'the quote is never closed', 'a quote inside quotes is written twice');
  else if (behind.trim() !== '') cell.report('csv_quote', `text behind the closing quote: \`${behind.trim()}\``);
  return { cell, end: end + behind.length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray {
  pattern.lastIndex = at;
  return pattern.exec(text)!;
}
