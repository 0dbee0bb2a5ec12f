import { ArrowDownloadRegular, ArrowUndoRegular, DocumentRegular, FolderRegular, MoreHorizontalRegular } from '@fluentui/react-icons';

const icons = {
  document: DocumentRegular,
  download: ArrowDownloadRegular,
  folder: FolderRegular,
  more: MoreHorizontalRegular,
  undo: ArrowUndoRegular,
};

/** Fluent UI's icon, drawn once by {@link RowIcons}: a list has hundreds, and each of Fluent's own costs more than the rest of its cell. */
export const RowIcon = ({ of }: { of: keyof typeof icons }) => (
  <svg className="row-icon" aria-hidden="true">
    <use href={`#icon-${of}`} />
  </svg>
);

/** What every {@link RowIcon} of the page shows. */
export const RowIcons = () => (
  <svg width="0" height="0" className="drawings" aria-hidden="true">
    {Object.entries(icons).map(([name, Icon]) => (
      <symbol key={name} id={`icon-${name}`}>
        <Icon />
      </symbol>
    ))}
  </svg>
);
