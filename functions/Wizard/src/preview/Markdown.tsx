import Rendered, { type Components } from 'react-markdown';
import gfm from 'remark-gfm';

/** Only addresses that lead elsewhere are links; others would lead into this site. */
const leadsAway = (address: string | undefined): address is string => address !== undefined && /^(https?:\/\/|mailto:)/i.test(address);

const heading = (level: 3 | 4 | 5 | 6) => {
  const Tag = `h${level}` as const;
  return ({ children }: { children?: React.ReactNode }) => <Tag>{children}</Tag>;
};

const components: Components = {
  // The dialog's own title is above them.
  h1: heading(3),
  h2: heading(4),
  h3: heading(5),
  h4: heading(6),
  h5: heading(6),
  h6: heading(6),
  a: ({ href, children }) =>
    leadsAway(href) ? (
      <a className="link" href={href} target="_blank" rel="noopener noreferrer">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  // Whoever wrote the file would see who looks at it, and when: an image of elsewhere is a link to follow.
  img: ({ src, alt }) =>
    leadsAway(typeof src === 'string' ? src : undefined) ? (
      <a className="link" href={src as string} target="_blank" rel="noopener noreferrer">
        Image: {alt || new URL(src as string).host}
      </a>
    ) : (
      <span className="quiet">Image: {alt || 'without a description'}</span>
    ),
  table: ({ children }) => (
    <div className="preview-scroll" tabIndex={0} role="region" aria-label="Table">
      <table className="table">{children}</table>
    </div>
  ),
};

/** Markdown as it is meant. HTML in it is left out, nothing of it is ever markup of this page. */
export default function Markdown({ text }: { text: string }) {
  return (
    <div className="preview-markdown">
      <Rendered remarkPlugins={[gfm]} skipHtml components={components}>
        {text}
      </Rendered>
    </div>
  );
}
