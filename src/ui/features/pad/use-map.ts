import { useEffect, useState } from 'react';
import type { MapPicture } from '../../../protocol/interface-frames.js';
import { client, usePage } from '../../engine-client/page.js';

/** The map under the pad: requests it from the engine and returns the latest one for the current axes, or null. */
export function useMap(): MapPicture | null {
  const [map, setMap] = useState<MapPicture | null>(null);
  const mode = usePage(({ view }) => view.mapMode);
  const x = usePage(({ view }) => view.xInput);
  const y = usePage(({ view }) => view.yInput);
  const dimension = usePage(({ view }) => view.dimension ?? 0);
  const learned = usePage(({ training }) => training.learned);
  const wanted = mode !== 'off' && learned;

  useEffect(() => client.onMap(setMap), []);
  useEffect(() => {
    const request = () => client.send({ type: 'paint-map', map: wanted ? { mode, x, y, dimension } : null });
    request();
    return client.onOpen(request);
  }, [mode, x, y, dimension, wanted]);

  return wanted && map?.x === x && map.y === y ? map : null;
}
