import { encode } from 'uqr';
import type { NetworkDeckSettings } from '../../../protocol/network-deck.js';
import { perform } from '../../engine-client/commands.js';
import { usePage } from '../../engine-client/page.js';
import { Card } from '../../shared/controls/card.js';
import { FaultNote } from '../../shared/controls/fault-note.js';
import { Select } from '../../shared/controls/select.js';
import { Toggle } from '../../shared/controls/toggle.js';
import form from '../../shared/controls/form.module.css';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './network-deck.module.css';

/** The deck view for tablets and phones in the network: its switch, and the code that opens it. */
export function NetworkDeckCard() {
  const { on, keep, canKeep, address, addresses, url, decks, error } = usePage((state) => state.networkDeck);
  const set = (settings: NetworkDeckSettings) => perform({ type: 'network-deck', settings });
  return (
    <Card label="Deck in the network">
      <h3>Deck in the network</h3>
      <div className={form.row}>
        <Toggle
          label="On"
          help="Serves the deck view to tablets and phones in this network. Whoever has the code can play, and do nothing else."
          checked={on}
          onChange={(next) => set({ on: next })}
        />
        {canKeep && (
          <Toggle
            label="Keep on"
            help="On again at the next start, with the same code where the address is the same."
            checked={keep}
            disabled={!on}
            onChange={(next) => set({ keep: next })}
          />
        )}
        {addresses.length > 1 && (
          <Select
            label="Address in the network"
            help="The network that the tablet is in."
            value={address ?? addresses[0] ?? ''}
            choices={addresses.map((each) => ({ value: each, label: each }))}
            onChange={(chosen) => set({ address: chosen })}
          />
        )}
        <div className={utilities.spacer} />
        {on && (
          <span className={utilities.note} role="status">
            {decks === 1 ? '1 deck connected' : `${decks} decks connected`}
          </span>
        )}
      </div>
      {url !== null && (
        <div className={styles.code}>
          <QrCode text={url} label="Code of the deck’s address" />
          <div>
            <p className={utilities.note}>Scan the code with the tablet, or type its address:</p>
            <p className={styles.address}>{url}</p>
            <p className={utilities.note}>
              The connection is not encrypted: use a network that you trust. Switching off and on makes
              another code.
            </p>
          </div>
        </div>
      )}
      {error !== null && <FaultNote>{error}</FaultNote>}
    </Card>
  );
}

/** Modules around the code that stay empty (ISO/IEC 18004 asks for four). */
const QUIET_ZONE = 4;

function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg
      className={styles.qr}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      role="img"
      aria-label={label}
    >
      <path d={dark.join('')} />
    </svg>
  );
}
