import { useState } from 'react';
import type { Drive, Usage, UsageDay } from '../api/contract';
import { Field, Select } from '../shell/controls';
import { formatDollars, formatNumber, formatSize } from '../shell/format';
import { Loading } from '../shell/Loading';
import { ProblemNotice } from '../shell/ProblemNotice';
import { useUsage } from './queries';
import { dayName, UsagePlot } from './UsagePlot';
import '../health/health.css';
import './usage.css';

/** What this app asked of S3 for the drive, day by day. */
export default function UsageTab({ drive }: { drive: Drive }) {
  const [days, setDays] = useState(30);
  const query = useUsage(drive.id, days);
  const usage = query.data;
  return (
    <div className="stack">
      <section className="card stack wide" aria-labelledby="usage-title">
        <div className="row between">
          <div className="stack tight">
            <h2 id="usage-title" className="section-title">
              Usage
            </h2>
            <p className="quiet">Requests to S3 and bytes, by day in UTC. It may be a minute behind.</p>
          </div>
          <Field label="Show">
            <Select value={String(days)} onChange={(_, data) => setDays(Number(data.value))}>
              <option value="7">7 days</option>
              <option value="30">30 days</option>
              <option value="90">90 days</option>
            </Select>
          </Field>
        </div>
        {query.error && !usage ? (
          <ProblemNotice error={query.error} retry={() => void query.refetch()} />
        ) : usage ? (
          <Plots usage={usage} />
        ) : (
          <Loading what="the drive’s usage" lines={2} height={200} />
        )}
      </section>
      {usage && <Cost usage={usage} region={drive.region} />}
      {usage && <Days usage={usage} />}
    </div>
  );
}

function Plots({ usage }: { usage: Usage }) {
  const { total, days } = usage;
  const span = `from ${dayName(usage.from)} to ${dayName(usage.to)}`;
  return (
    <>
      <p className="usage-legend">
        <span>
          <span className="usage-key usage-in" aria-hidden="true" /> In: written to the bucket or deleted
        </span>
        <span>
          <span className="usage-key usage-out" aria-hidden="true" /> Out: read or listed
        </span>
      </p>
      <div className="usage-plots">
        <figure className="stack tight">
          <figcaption className="usage-caption">Requests</figcaption>
          <UsagePlot
            days={days}
            of={(day) => ({ in: day.in.requests, out: day.out.requests })}
            base={10}
            format={formatNumber}
            summary={`Requests by day ${span}: ${formatNumber(total.in.requests)} in and ${formatNumber(total.out.requests)} out.`}
          />
        </figure>
        <figure className="stack tight">
          <figcaption className="usage-caption">Bytes</figcaption>
          <UsagePlot
            days={days}
            of={(day) => ({ in: day.in.bytes, out: day.out.bytes })}
            base={1000}
            format={formatSize}
            summary={`Bytes by day ${span}: ${formatSize(total.in.bytes)} in and ${formatSize(total.out.bytes)} out.`}
          />
        </figure>
      </div>
    </>
  );
}

function Cost({ usage, region }: { usage: Usage; region: string }) {
  const { estimate, total } = usage;
  return (
    <section className="card stack" aria-labelledby="cost-title">
      <div className="row between">
        <div className="stack tight">
          <h2 id="cost-title" className="section-title">
            What S3 takes for it
          </h2>
          <p className="quiet">
            An estimate by the prices that are set for {region}, not a bill: without storage and keys, and without what AWS gives for free.
          </p>
        </div>
        <p className="stat">
          <strong>{formatDollars(estimate.total)}</strong>
          <span className="quiet">in this time</span>
        </p>
      </div>
      <dl className="usage-cost">
        <div>
          <dt>Requests</dt>
          <dd>
            {formatDollars(estimate.requests)}
            <span className="quiet block">
              {formatNumber(total.requests.write + total.requests.list)} written or listed at{' '}
              {formatDollars(estimate.prices.perThousandWrites)}, {formatNumber(total.requests.read)} read at{' '}
              {formatDollars(estimate.prices.perThousandReads)} for 1,000; deletions are free ({formatNumber(total.requests.delete)})
            </span>
          </dd>
        </div>
        <div>
          <dt>Bytes that leave AWS</dt>
          <dd>
            {formatDollars(estimate.transfer)}
            <span className="quiet block">
              {formatSize(total.out.bytes)} at {formatDollars(estimate.prices.perGigabyteOut)} a gigabyte
            </span>
          </dd>
        </div>
        <div>
          <dt>Presigned links</dt>
          <dd>
            {formatNumber(total.links.upload + total.links.download)}
            <span className="quiet block">
              {formatNumber(total.links.upload)} to upload, {formatNumber(total.links.download)} to download. What goes through them is seen
              by S3 alone, and isn’t in these numbers.
            </span>
          </dd>
        </div>
      </dl>
    </section>
  );
}

/** The plots in numbers; days on which nothing happened are left out. */
function Days({ usage }: { usage: Usage }) {
  const used = usage.days.filter((day) => day.in.requests + day.out.requests + day.links.upload + day.links.download > 0).reverse();
  return (
    <section className="card stack" aria-labelledby="days-title">
      <h2 id="days-title" className="section-title">
        Day by day
      </h2>
      {used.length === 0 ? (
        <p className="none">S3 was asked for nothing in this time.</p>
      ) : (
        <div className="usage-scroll" tabIndex={0} role="group" aria-label="Requests and bytes of each day">
          <table className="usage-table">
            <thead>
              <tr>
                <th scope="col" rowSpan={2}>
                  Day
                </th>
                <th scope="colgroup" colSpan={2}>
                  In
                </th>
                <th scope="colgroup" colSpan={2}>
                  Out
                </th>
              </tr>
              <tr>
                <th scope="col">Requests</th>
                <th scope="col">Bytes</th>
                <th scope="col">Requests</th>
                <th scope="col">Bytes</th>
              </tr>
            </thead>
            <tbody>
              {used.map((day) => (
                <Row key={day.day} name={dayName(day.day)} of={day} />
              ))}
            </tbody>
            <tfoot>
              <Row name="Together" of={usage.total} />
            </tfoot>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ name, of }: { name: string; of: Pick<UsageDay, 'in' | 'out'> }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{formatNumber(of.in.requests)}</td>
      <td>{formatSize(of.in.bytes)}</td>
      <td>{formatNumber(of.out.requests)}</td>
      <td>{formatSize(of.out.bytes)}</td>
    </tr>
  );
}
