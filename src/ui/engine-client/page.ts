import { useStore } from 'zustand';
import { Client } from './client.js';
import { recallView, rememberView } from './remembered-view.js';
import { LiveValues } from './live-values.js';
import { createPageStore, type PageState } from './store.js';
import { takeToken } from './token.js';

/** The one session of this window: its state, what moves in it, and the line to the engine. */
export const store = createPageStore(recallView());
export const values = new LiveValues();
export const client = new Client(store, values, window.location.origin, takeToken());

rememberView(store);

export const usePage = <T>(select: (state: PageState) => T): T => useStore(store, select);
