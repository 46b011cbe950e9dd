/** The four aspects of a signal. Each has a colour and a shape, and is never shown without a word. */
export type Aspect = "clear" | "caution" | "stop" | "dark";
