import type { ReactNode } from 'react';

interface Props {
  group: string;
  value: string;
  checked: boolean;
  disabled?: boolean;
  name: ReactNode;
  note?: ReactNode;
  onChoose: () => void;
}

/** A radio button with room to explain itself. */
export function Choice({ group, value, checked, disabled = false, name, note, onChoose }: Props) {
  return (
    <label className="choice">
      <input type="radio" name={group} value={value} checked={checked} disabled={disabled} onChange={onChoose} />
      <span className="choice-text">
        <span className="choice-name">{name}</span>
        {note && <span className="choice-note">{note}</span>}
      </span>
    </label>
  );
}
