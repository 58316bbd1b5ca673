/**
 * The way of one act, as the picture shows it: request → transaction → stream → settlement.
 *
 * A station is `idle`, `now`, `done` or `stopped`; under it stands a sentence. Each request of a storm is a dot
 * that takes the colour of its answer: `waiting`, `done` (it moved money), `same` (the same answer again),
 * `refused`, `lost` (no answer came).
 */
import { say } from "/shared/language.js";
import { signal } from "/shared/ui.js";

export const STATIONS = ["request", "transaction", "stream", "settlement"];

const resting = () => Object.fromEntries(STATIONS.map((name) => [name, { state: "idle" }]));

export const trip = signal({ act: null, dots: [], items: [], stations: resting() });

/** A new trip; what an older one still reports is no longer shown. */
export class Trip {
  #current;

  constructor(act, requests) {
    const dots = Array.from({ length: requests }, () => "waiting");
    this.#show({ act, dots, items: [], stations: resting() });
  }

  /** What came first (a top-up, to have something to spend) is over: back to the start. */
  restart() {
    if (this.shown) this.#show({ ...this.#current, items: [], stations: resting() });
  }

  get shown() {
    return trip.value === this.#current;
  }

  at(station, state, note, params) {
    if (!this.shown) return;
    this.#show({ ...this.#current, stations: { ...this.#current.stations, [station]: { state, note, params } } });
  }

  dot(index, state) {
    if (!this.shown) return;
    this.#show({ ...this.#current, dots: this.#current.dots.with(index, state) });
  }

  /** What the one transaction writes, as keys of `items.*`. */
  writes(items) {
    if (this.shown) this.#show({ ...this.#current, items });
  }

  #show(next) {
    this.#current = next;
    trip.value = next;
  }
}

export const noteOf = ({ note, params }) => (note ? say(note, params) : "");
