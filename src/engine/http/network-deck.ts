import { createNanoEvents } from 'nanoevents';
import type { WebSocket } from 'ws';
import { TillerError } from '../../document/tiller-error.js';
import {
  NO_NETWORK_DECK,
  type NetworkDeckSettings,
  type NetworkDeckState,
} from '../../protocol/network-deck.js';
import { fromFileError, systemCode } from '../system/file-error.js';
import { networkAddresses } from '../system/network-addresses.js';
import { startDeckServer, type DeckServer } from './deck-server.js';
import { newToken } from './guard.js';

/** Tried first, so that the address stays the same from one start to the next where nothing else has the port. */
const USUAL_PORT = 7874;

/** What a start needs to be reached as before. */
export interface KeptDeck {
  readonly address: string;
  readonly port: number;
  readonly token: string;
}

/** Keeps the deck from one start to the next; null removes it. */
export interface DeckStore {
  read(): Promise<KeptDeck | null>;
  write(kept: KeptDeck | null): Promise<void>;
}

/** The deck view for tablets in the network: off until the player switches it on. Main thread. */
export class NetworkDeck {
  state: NetworkDeckState;
  /** Takes each deck that connects. */
  onDeck: (socket: WebSocket) => void = (socket) => socket.close();
  private readonly events = createNanoEvents<{ change: () => void }>();
  private server: DeckServer | null = null;
  private opened: KeptDeck | null = null;
  /** Settles when the latest settings are applied; they are applied in turn. */
  private applied: Promise<void> = Promise.resolve();

  /**
   * @param pageFolder of the built page
   * @param store null where it is off again at every start
   * @param addresses of this machine in the network
   */
  constructor(
    private readonly pageFolder: string,
    private readonly store: DeckStore | null = null,
    private readonly addresses: () => string[] = networkAddresses,
  ) {
    this.state = { ...NO_NETWORK_DECK, canKeep: store !== null, addresses: addresses() };
  }

  /** Calls `listener` after each change of `state`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /** Opens what an earlier start was told to keep. @throws TillerError where the file cannot be read */
  async restore(): Promise<void> {
    const kept = (await this.store?.read()) ?? null;
    if (kept === null) return;
    await this.inTurn(async () => {
      this.change({ keep: true });
      await this.open(kept);
    });
  }

  /** What is left out stays as it is. Switching on makes a new token: whoever had the last one is out. */
  set(settings: NetworkDeckSettings): Promise<void> {
    return this.inTurn(async () => {
      const { on = this.state.on, keep = this.state.keep, address = this.state.address } = settings;
      this.change({ keep: keep && this.store !== null });
      const moves = address !== this.state.address;
      if (!on || moves) await this.closeServer();
      this.change({ address });
      if (on && this.server === null) await this.open({ address, port: USUAL_PORT, token: newToken() });
      await this.remember();
    });
  }

  /** Ends every deck. The setting that is kept stays. */
  async close(): Promise<void> {
    await this.inTurn(() => this.closeServer());
  }

  private inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.applied.then(task);
    this.applied = done.catch(() => undefined);
    return done;
  }

  private async open({
    address: wanted,
    port,
    token,
  }: Omit<KeptDeck, 'address'> & { address: string | null }) {
    const addresses = this.addresses();
    const address = addresses.find((each) => each === wanted) ?? addresses[0];
    if (address === undefined) {
      this.change({ on: false, url: null, addresses, error: 'This machine is in no network.' });
      return;
    }
    try {
      const server = await this.listen(address, port, token);
      this.server = server;
      this.opened = { address, port: server.port, token };
      this.change({
        on: true,
        address,
        addresses,
        url: `http://${address}:${server.port}/#deck&token=${token}`,
        error: null,
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.change({ on: false, url: null, addresses, error: `The deck could not be opened: ${why}` });
    }
  }

  /** Listens on the port, or on a free one where another program has it. */
  private async listen(address: string, port: number, token: string): Promise<DeckServer> {
    const start = (at: number) =>
      startDeckServer({
        address,
        port: at,
        token,
        pageFolder: this.pageFolder,
        onDeck: (socket) => this.onDeck(socket),
        onChange: () => this.change({ decks: this.server?.decks ?? 0 }),
      });
    try {
      return await start(port);
    } catch (error) {
      if (systemCode(error) !== 'EADDRINUSE') throw error;
      return start(0);
    }
  }

  private async closeServer(): Promise<void> {
    const { server } = this;
    this.server = null;
    this.opened = null;
    await server?.close();
    this.change({ on: false, url: null, decks: 0, error: null });
  }

  private async remember(): Promise<void> {
    try {
      await this.store?.write(this.state.keep ? this.opened : null);
    } catch (error) {
      throw error instanceof TillerError ? error : fromFileError(error, 'the setting of the deck');
    }
  }

  private change(changed: Partial<NetworkDeckState>): void {
    this.state = { ...this.state, ...changed };
    this.events.emit('change');
  }
}
