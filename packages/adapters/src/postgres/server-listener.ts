/** LISTEN on a connection of its own that comes back by itself. */
import pg from 'pg';

interface Subscriber {
  readonly channel: string;
  readonly onPayload: (payload: string) => void;
  readonly onGap: () => void;
}

const RETRY_MS = 1000;
/** Channel names go into LISTEN as identifiers; ours are plain words. */
const CHANNEL = /^[a-z][a-z_]{0,62}$/;

export class ServerListener {
  readonly #settings: pg.ClientConfig;
  readonly #subscribers = new Set<Subscriber>();
  #connecting: Promise<pg.Client> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(settings: pg.ClientConfig) {
    this.#settings = settings;
  }

  async subscribe(channel: string, onPayload: (payload: string) => void, onGap = () => {}) {
    if (!CHANNEL.test(channel)) throw new Error(`A channel is lower-case words with underscores, not "${channel}".`);
    const subscriber: Subscriber = { channel, onPayload, onGap };
    this.#subscribers.add(subscriber);
    const client = await this.#connection();
    await client.query(`listen ${channel}`);
    return async () => {
      this.#subscribers.delete(subscriber);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const client = await this.#connecting?.catch(() => undefined);
    await client?.end();
  }

  #connection(): Promise<pg.Client> {
    this.#connecting ??= this.#connect().catch((error) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#settings);
    client.on('notification', ({ channel, payload }) => {
      for (const one of this.#subscribers) if (one.channel === channel) one.onPayload(payload ?? '');
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    await client.connect();
    for (const channel of new Set([...this.#subscribers].map((one) => one.channel))) {
      await client.query(`listen ${channel}`);
    }
    return client;
  }

  #lost(client: pg.Client): void {
    if (this.#closed || this.#retry !== undefined) return;
    client.removeAllListeners();
    // pg emits 'error' after removal when the socket dies late.
    client.on('error', () => {});
    this.#connecting = undefined;
    this.#retry = setTimeout(() => this.#reconnect(), RETRY_MS);
  }

  async #reconnect(): Promise<void> {
    this.#retry = undefined;
    try {
      await this.#connection();
      for (const one of this.#subscribers) one.onGap();
    } catch {
      if (!this.#closed) this.#retry = setTimeout(() => this.#reconnect(), RETRY_MS);
    }
  }
}
