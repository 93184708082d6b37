import type { FavouriteKind } from '../../../protocol/interface.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { IconButton } from '../../shared/controls/button.js';

/** Marks an entry of the library as a favourite. */
export function FavouriteButton({ kind, id, name }: { kind: FavouriteKind; id: string; name: string }) {
  const favourite = usePage(({ favourites }) => favourites[`${kind}s`].includes(id));
  return (
    <IconButton
      label={`Favourite: ${name}`}
      icon={favourite ? 'starred' : 'star'}
      help={favourite ? 'A favourite. Press to take it off the list.' : 'Makes it a favourite.'}
      pressed={favourite}
      onPress={() => perform({ type: 'favourite', kind, id, favourite: !favourite })}
    />
  );
}
