import type { Method } from '../api/contract';
import { Choice } from './Choice';

/** A role or an access key. */
export function MethodChoice({ method, onChange }: { method: Method; onChange: (method: Method) => void }) {
  return (
    <fieldset className="choices">
      <legend>How do we get into your AWS account?</legend>
      <div className="choices-row">
        <Choice
          group="method"
          value="iamRole"
          checked={method === 'iamRole'}
          name={
            <>
              IAM role <span className="pill brand-pill">Recommended</span>
            </>
          }
          note="No secret changes hands. Your AWS administrator lets us assume a role, under an id that only you and we know. No permissions boundary is needed."
          onChoose={() => onChange('iamRole')}
        />
        <Choice
          group="method"
          value="accessKey"
          checked={method === 'accessKey'}
          name="Access key"
          note="The access key of an IAM user. Quicker to set up; the secret is kept in a vault and has to be replaced when you rotate it."
          onChoose={() => onChange('accessKey')}
        />
      </div>
    </fieldset>
  );
}
