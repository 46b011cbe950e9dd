export type * from "./generated/index.ts";
export type { Commands } from "./generated/commands.ts";
export { ApiError, describeError, errorText, sentence, toApiError } from "./errors.ts";
export {
  call,
  host,
  setHost,
  writesDone,
  type CommandName,
  type Host,
  type Phase,
  type Request,
  type Response,
} from "./host.ts";
