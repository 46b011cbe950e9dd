import type { ImportFile, Unread } from "$lib/host/index.ts";

/** A file that was chosen or dropped, with its path inside of what was chosen. */
export interface Picked {
  file: File;
  path: string;
}

/** What could be read of the files, and what couldn't. */
export interface ReadFiles {
  files: ImportFile[];
  unread: Unread[];
}

/** How much is read at once, in bytes: a prompt may have 5 MB, and the host takes no more than this in one request. */
export const LARGEST = 12 * 1024 * 1024;
/** The most files of one import; whole disks are dropped by mistake. */
export const MOST = 2_000;

/** The files of a file field. */
export function pickedFiles(list: Iterable<File>): Picked[] {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** What was dropped, with the files of dropped folders. */
export async function droppedFiles(data: DataTransfer): Promise<Picked[]> {
  // Entries are there only until the event has been handled, so they are taken before anything is waited for.
  const entries = [...(data.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  if (entries.length === 0) return pickedFiles(data.files);
  const found: Picked[] = [];
  const waiting = [...entries].reverse();
  while (waiting.length > 0 && found.length <= MOST) {
    const entry = waiting.pop() as FileSystemEntry;
    if (entry.isDirectory) waiting.push(...(await entriesOf(entry as FileSystemDirectoryEntry)).reverse());
    else found.push({ file: await fileOf(entry as FileSystemFileEntry), path: entry.fullPath.replace(/^\/+/, "") });
  }
  return found;
}

/** Reads texts. A file that is no text, or too large, is told and leaves the others alone. */
export async function readFiles(picked: readonly Picked[]): Promise<ReadFiles> {
  const read: ReadFiles = { files: [], unread: [] };
  let size = 0;
  for (const [index, { file, path }] of picked.entries()) {
    if (index >= MOST) {
      read.unread.push({ file: path, message: `only ${MOST} files are read at once; choose fewer` });
      break;
    }
    if (size + file.size > LARGEST) {
      read.unread.push({ file: path, message: "only 12 MB are read at once; import it by itself, or split it" });
      continue;
    }
    size += file.size;
    try {
      read.files.push({ path, text: new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()) });
    } catch (error) {
      const message = error instanceof TypeError ? "it isn't UTF-8 text; save it as UTF-8" : String(error);
      read.unread.push({ file: path, message });
    }
  }
  return read;
}

/** A reader gives a part of a folder each time, and nothing at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((done, fail) => entry.file(done, fail));
}
