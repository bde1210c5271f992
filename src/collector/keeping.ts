import type { DeliveryDestination } from '../policy/delivery.ts';

/** What has to be done where a destination stores, for no collector says how long files are kept. `where`: the setting is. */
export function keepingLines(destination: DeliveryDestination, where = 'set this where it is stored'): string[] {
  const { retentionDays, legalHold, target } = destination;
  const lines: string[] = [];
  if (retentionDays !== undefined) lines.push(`To be kept for ${retentionDays} days: ${where}.`);
  if (retentionDays !== undefined && target.kind === 's3' && target.settings.object_lock === true) {
    const rule = { DefaultRetention: { Mode: 'COMPLIANCE', Days: retentionDays } };
    const configuration = JSON.stringify({ ObjectLockEnabled: 'Enabled', Rule: rule });
    lines.push(
      `aws s3api put-object-lock-configuration --bucket ${target.settings.bucket} --object-lock-configuration '${configuration}'`,
    );
  }
  if (legalHold)
    lines.push('Under legal hold: what has `auditlb.retention.legal_hold` must not be deleted, whatever the days say.');
  return lines;
}
