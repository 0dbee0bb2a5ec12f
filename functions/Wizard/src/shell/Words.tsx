/** A sentence in which a command's options stay in one piece. */
export const Words = ({ text }: { text: string }) =>
  text.split(/(--[a-z][a-z-]*)/).map((part, index) =>
    part.startsWith('--') ? (
      <code key={index} className="mono nowrap">
        {part}
      </code>
    ) : (
      part
    ),
  );
