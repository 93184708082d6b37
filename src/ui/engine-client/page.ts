import { useStore } from 'zustand';
import { Client } from './client.js';
import { LiveValues } from './live-values.js';
import type { PageState } from './page-state.js';
import { isDeckAddress, isOwnMachine, readToken } from './address.js';
import { createPageStore } from './page-store.js';
import { rememberedView, rememberView } from './remembered-view.js';

/** This page's state, its live values, and its connection to the engine. */
export const store = createPageStore(
  { ...rememberedView(), deck: isDeckAddress() },
  isOwnMachine() ? 'live' : 'deck',
);
export const values = new LiveValues();
export const client = new Client(store, values, window.location.origin, readToken());

rememberView(store, (command) => client.send(command));

/** Subscribes a component to a part of the page's state. */
export const usePage = <T>(select: (state: PageState) => T): T => useStore(store, select);
