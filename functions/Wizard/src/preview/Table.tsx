import Papa from 'papaparse';
import { useMemo } from 'react';
import { formatNumber } from '../shell/format';

const mostRows = 500;
const mostColumns = 60;

/** Comma-separated values, or those with tabs or semicolons between them, as a table. */
export default function Table({ text, name, cut }: { text: string; name: string; cut: boolean }) {
  const rows = useMemo(() => read(text, cut), [text, cut]);
  const [head = [], ...body] = rows.slice(0, mostRows + 1);
  const columns = Math.min(mostColumns, Math.max(...rows.slice(0, mostRows + 1).map((row) => row.length)));
  const numbers = Array.from({ length: columns }, (_, index) => index);
  return (
    <>
      {(rows.length > mostRows + 1 || rows.some((row) => row.length > mostColumns)) && (
        <p className="preview-cut" role="note">
          Only the first {formatNumber(mostRows)} rows and {mostColumns} columns are shown.
        </p>
      )}
      <div className="preview-scroll" tabIndex={0} role="region" aria-label={name}>
        <table className="table preview-table">
          <thead>
            <tr>
              {numbers.map((index) => (
                <th key={index} scope="col">
                  {head[index] || <span className="visually-hidden">Column {index + 1}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {body.map((row, line) => (
              <tr key={line}>
                {numbers.map((index) => (
                  <td key={index}>{row[index] ?? ''}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Reads no more than can be shown; the last line of what was cut isn't whole. */
function read(text: string, cut: boolean): string[][] {
  const { data } = Papa.parse<string[]>(text, { skipEmptyLines: true, preview: mostRows + 2 });
  return cut && data.length < mostRows + 2 && data.length > 1 ? data.slice(0, -1) : data;
}
