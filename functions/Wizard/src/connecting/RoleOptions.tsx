import { Field, Select } from '../shell/controls';

const names: Record<string, string> = {
  aws: 'AWS (standard)',
  'aws-cn': 'AWS in China',
  'aws-us-gov': 'AWS GovCloud (US)',
  'aws-eusc': 'AWS European Sovereign Cloud',
};

interface Props {
  /** What there is to choose from, once the server has asked. */
  partitions: string[] | undefined;
  partition: string;
  sessionTags: boolean;
  onChange: (change: { partition?: string; sessionTags?: boolean }) => void;
}

/** Of a new role: where it is, if there is a choice, and whether its sessions are tagged. */
export function RoleOptions({ partitions, partition, sessionTags, onChange }: Props) {
  return (
    <>
      {partitions && (
        <Field
          label="AWS partition"
          required
          hint="The trust policy names our principal of the partition that the role is in."
          validationState={partition === '' ? 'error' : 'none'}
          validationMessage={partition === '' ? 'Choose the partition of the role’s account.' : undefined}
        >
          <Select value={partition} onChange={(_, data) => onChange({ partition: data.value })}>
            <option value="">Choose …</option>
            {partitions.map((known) => (
              <option key={known} value={known}>
                {names[known] ?? known}
              </option>
            ))}
          </Select>
        </Field>
      )}
      <details>
        <summary>More options</summary>
        <label className="option">
          <input
            type="checkbox"
            name="sessionTags"
            checked={sessionTags}
            onChange={(event) => onChange({ sessionTags: event.target.checked })}
          />{' '}
          Tag our sessions with organization, workspace and drive. The trust policy then also allows sts:TagSession; CloudTrail and your own
          policies can tell drives apart by the tags.
        </label>
      </details>
    </>
  );
}
