// What the JavaScript clients share: where the endpoint is, and checks that say what they hold.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

/** Loads a package from the folder in which the clients are installed. */
export const installed = createRequire(`${process.env.SIGNALBOX_CLIENTS_NODE}/`);
export const ENDPOINT = process.env.SIGNALBOX_ENDPOINT;
export const TOKEN = process.env.SIGNALBOX_TOKEN;
export const REAL = process.env.SIGNALBOX_MODEL !== undefined;
/** The model that answers plainly: the simulated one, or a real one. */
export const MODEL = process.env.SIGNALBOX_MODEL ?? "plain";

/** Runs every check, says how each ended, and fails when one did. */
export async function run(checks) {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      console.log(`ok ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${name}\n${error.stack}`);
    }
  }
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

/** The error of exactly this class that an action ends with. */
export async function raises(kind, action) {
  let result;
  try {
    result = await action();
  } catch (error) {
    assert.equal(error.constructor.name, kind.name, error.message);
    return error;
  }
  assert.fail(`no ${kind.name}, but ${JSON.stringify(result)}`);
}
