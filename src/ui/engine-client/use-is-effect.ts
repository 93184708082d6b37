import { usePage } from './page.js';

/** Whether the model that plays turns sound into sound, without latents. */
export const useIsEffect = (): boolean => usePage(({ model }) => model.card?.latentDims === 0);
