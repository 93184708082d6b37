import { useEffect } from 'react';
import { figureWords } from '../../../protocol/light-words.js';
import { edit } from '../../engine-client/commands.js';
import { store, values } from '../../engine-client/page.js';
import { toast } from '../../engine-client/toasts.js';
import { LightOffer } from './light-offer.js';

const EVERY_MILLISECONDS = 250;

/** Offers a model's light form in a message with a button, where the exact one misses real time. */
export function OfferLight() {
  useEffect(() => {
    const offer = new LightOffer();
    const timer = setInterval(() => {
      const now = performance.now();
      const { model, output } = store.getState();
      const load = values.isCurrent(now) ? values.scalar('totalLoad') : null;
      const card = offer.consider({ card: model.card, output, load }, now);
      const light = card?.report?.light;
      if (card === null || light?.outcome !== 'made') return;
      toast(store, {
        level: 'warning',
        text: `${card.name} takes more of this machine than there is.`,
        hint: `Its light form: ${figureWords(light.figures)}.`,
        actions: [
          {
            label: 'Play light',
            run: () => edit({ type: 'set-output', change: { precision: 'light' } }),
          },
        ],
      });
    }, EVERY_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);
  return null;
}
