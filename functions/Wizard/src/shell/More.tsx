import { Button } from './controls';

interface Props {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  /** What there is more of: "entries". */
  what: string;
}

/** The next page of a list, while there is one. */
export const More = ({ query, what }: Props) =>
  query.hasNextPage ? (
    <div className="more">
      <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {query.isFetchingNextPage ? 'Loading more …' : `Show more ${what}`}
      </Button>
    </div>
  ) : null;
