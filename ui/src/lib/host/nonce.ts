/**
 * The nonce under which the content security policy lets style elements in; CodeMirror makes one for its themes. The
 * loopback host says it in a meta element, Tauri puts it on the elements of the page.
 */
export function styleNonce(page: Document = document): string {
  const meta = page.querySelector<HTMLMetaElement>("meta[name='csp-nonce']")?.content;
  if (meta) return meta;
  for (const tag of ["style", "link", "script"]) {
    const element = page.querySelector<HTMLElement>(`${tag}[nonce]`);
    // Browsers hide the attribute and keep the property.
    const nonce = element?.nonce || element?.getAttribute("nonce");
    if (nonce) return nonce;
  }
  return "";
}
