import type { VerificationReport } from '../api/contract';

const marks = { passed: '✅', failed: '❌', skipped: '⏭️', notApplicable: '➖' } as const;
const cell = (text: string | null) => (text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The report for a ticket. */
export function reportAsMarkdown(report: VerificationReport, title: string): string {
  const lines = [
    `# Verification of ${title}: ${report.passed ? 'passed' : report.completedAt ? 'failed' : 'under way'}`,
    '',
    `Report ${report.id}, ${report.completedAt ?? report.startedAt}`,
    '',
    '| | Claim | Permission | AWS code | Request id |',
    '|---|---|---|---|---|',
    ...report.checks.map(
      (check) =>
        `| ${marks[check.status]} | ${cell(check.claim)} | ${cell(check.permission)} | ${cell(check.awsErrorCode)} | ${cell(check.awsRequestId)} |`,
    ),
  ];
  for (const check of report.checks.filter((other) => other.status === 'failed')) {
    lines.push('', `## ${check.claim}`);
    if (check.explanation) lines.push('', check.explanation);
    if (check.fix) lines.push('', `**What to change:** ${check.fix}`);
  }
  return `${lines.join('\n')}\n`;
}
