import { afterAll } from "vitest";

// Preact runs effects a frame later, and its fallback timer cancels that frame: both must be over
// before jsdom takes `cancelAnimationFrame` away with the window.
afterAll(() => new Promise<void>((done) => {
  requestAnimationFrame(() => setTimeout(done));
}));
