/** How wide a text is in the type of the interface; an estimate where nothing can be drawn. */
export function textWidth(text: string, pixels: number): number {
  context ??=
    typeof CanvasRenderingContext2D === "undefined" ? null : document.createElement("canvas").getContext("2d");
  if (!context) return text.length * pixels * 0.5;
  context.font = `${pixels}px Inter, "Inter Variable", system-ui, sans-serif`;
  return context.measureText(text).width;
}

let context: CanvasRenderingContext2D | null | undefined;
